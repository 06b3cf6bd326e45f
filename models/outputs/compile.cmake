# Nobody reads the flags of floating-point exceptions; without them the loops over all voltages and currents become vector code without
# branches, which halves their time. Neither changes a bit of the results.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/elements.cpp
                            PROPERTIES COMPILE_OPTIONS "-fno-trapping-math" SKIP_PRECOMPILE_HEADERS ON)
