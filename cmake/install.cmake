# What `cmake --install` gives: the binary, the headers, the scenarios, and a CMake package to build simulators with
# plug-ins of one's own.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/evsweep)

install(TARGETS evsweep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/evsweep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_BINARY_DIR}/generated/evsweep/version.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/evsweep)
install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/evsweep)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES sim/record/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME results.md)

set(package_targets vocabulary base config network fleet record statistics engine study mpi report app models formats signals main)
foreach(part ${package_targets})
  set_target_properties(evsweep_${part} PROPERTIES EXPORT_NAME ${part})
endforeach()
list(TRANSFORM package_targets PREPEND evsweep_)
install(TARGETS ${package_targets} EXPORT evsweep
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/evsweep
        OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/evsweep)
install(EXPORT evsweep FILE evsweepTargets.cmake NAMESPACE evsweep:: DESTINATION ${package_folder})

configure_package_config_file(cmake/evsweepConfig.cmake.in ${PROJECT_BINARY_DIR}/evsweepConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/evsweepConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/evsweepConfig.cmake ${PROJECT_BINARY_DIR}/evsweepConfigVersion.cmake
        DESTINATION ${package_folder})
