# `cmake --install`: the program with its manual page and completion, the library, the modules that
# are opened on demand, the public headers, and find_package(Weir), which gives Weir::weir.
#
#   bin/weir                      lib/libweir.so*          include/weir/MODULE/*.h
#   lib/weir/libweir_*.so         share/man/man1/weir.1    share/bash-completion/completions/weir
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS weir_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS weir EXPORT Weir LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
target_compile_features(weir INTERFACE cxx_std_20)

# The program finds the library, and the library the modules, by their places relative to it. Arrow
# from a wheel and DuckDB from a package are of use to no other program, and go with their modules.
file(RELATIVE_PATH weir_lib_from_bin "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set_target_properties(weir_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${weir_lib_from_bin}")
set(weir_opened_modules weir_http weir_parquet weir_duckdb weir_postgres weir_media)
set_target_properties(${weir_opened_modules} PROPERTIES
  INSTALL_RPATH "$ORIGIN:$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}")
install(TARGETS ${weir_opened_modules} LIBRARY DESTINATION lib/weir)
if(WEIR_PYARROW_DIR)
  install(FILES "$<TARGET_FILE:Arrow::arrow_shared>" "$<TARGET_FILE:Parquet::parquet_shared>"
          DESTINATION lib/weir)
endif()
if(WEIR_DUCKDB_LIBRARY MATCHES "^${WEIR_SETUP_DIR}/")
  install(FILES "${WEIR_DUCKDB_LIBRARY}" DESTINATION lib/weir)
endif()

# Public is what a program can compile with nothing but this: no headers of tests, none of internal/,
# and none of the modules, which need other libraries.
install(DIRECTORY "${CMAKE_SOURCE_DIR}/weir" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h"
        PATTERN "*_test.h" EXCLUDE
        PATTERN "*_testing.h" EXCLUDE
        PATTERN "internal" EXCLUDE
        PATTERN "weir/store/http" EXCLUDE
        PATTERN "weir/target/parquet" EXCLUDE
        PATTERN "weir/target/duckdb" EXCLUDE
        PATTERN "weir/target/postgres" EXCLUDE
        PATTERN "weir/jobs/comics/media" EXCLUDE)

set(weir_package "${CMAKE_INSTALL_LIBDIR}/cmake/Weir")
install(EXPORT Weir NAMESPACE Weir:: FILE WeirConfig.cmake DESTINATION "${weir_package}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/WeirConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/WeirConfigVersion.cmake" DESTINATION "${weir_package}")

# The program itself writes its manual page and its completion.
install(CODE "
  execute_process(COMMAND \"$<TARGET_FILE:weir_cli>\" man COMMAND_ERROR_IS_FATAL ANY
                  OUTPUT_FILE \"${CMAKE_BINARY_DIR}/weir.1\")
  execute_process(COMMAND \"$<TARGET_FILE:weir_cli>\" completion bash COMMAND_ERROR_IS_FATAL ANY
                  OUTPUT_FILE \"${CMAKE_BINARY_DIR}/weir.bash\")")
install(FILES "${CMAKE_BINARY_DIR}/weir.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${CMAKE_BINARY_DIR}/weir.bash" RENAME weir
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")

# A program built against the installed tree. With sanitizers it would need their runtime as well.
if(NOT WEIR_SANITIZE)
  add_test(NAME install
           COMMAND "${CMAKE_COMMAND}" -D "BUILD=${CMAKE_BINARY_DIR}"
                   -D "COMPILER=${CMAKE_CXX_COMPILER}" -P "${CMAKE_SOURCE_DIR}/tests/install/test.cmake")
  set_tests_properties(install PROPERTIES LABELS fast)
endif()
