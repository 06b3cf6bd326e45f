# Nobody reads the flags of floating-point exceptions; without them the loops over all voltages and currents become vector code without
# branches, which halves their time. Neither changes a bit of the results.
set(column_sources ${CMAKE_CURRENT_LIST_DIR}/column_extremes.cpp ${CMAKE_CURRENT_LIST_DIR}/column_extremes_avx2.cpp)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/elements.cpp ${column_sources}
                            PROPERTIES COMPILE_OPTIONS "-fno-trapping-math" SKIP_PRECOMPILE_HEADERS ON)
set_source_files_properties(${column_sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(${column_sources} PROPERTIES COMPILE_DEFINITIONS EVSWEEP_AVX2_COLUMNS)
  # No fused products: the same bits as without AVX2.
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/column_extremes_avx2.cpp
                              PROPERTIES COMPILE_OPTIONS "-fno-trapping-math;-mavx2;-ffp-contract=off")
endif()
