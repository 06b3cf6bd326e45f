# Nobody reads the flags of floating-point exceptions; without them compilers may choose between numbers instead of branching.
# Without fused products every instruction set gives the same bits.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/fleet.cpp ${CMAKE_CURRENT_LIST_DIR}/surface.cpp
                            PROPERTIES COMPILE_OPTIONS "-fno-trapping-math;-ffp-contract=off" SKIP_PRECOMPILE_HEADERS ON)
