# Installs the build folder BUILD into a new folder, moves that elsewhere, builds the program beside
# this file against it with COMPILER, and runs it: nothing of what is installed may depend on where
# it was installed or built.
cmake_minimum_required(VERSION 3.24)

set(work "${BUILD}/install_test")
file(REMOVE_RECURSE "${work}")
set(prefix "${work}/moved")
file(MAKE_DIRECTORY "${work}")
macro(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${work}" COMMAND_ERROR_IS_FATAL ANY
                  OUTPUT_VARIABLE output)
endmacro()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${work}/installed")
file(RENAME "${work}/installed" "${prefix}")

foreach(pattern IN ITEMS bin/weir include/weir/target/target.h share/man/man1/weir.1
        share/bash-completion/completions/weir libweir.so lib/weir/libweir_http.so lib/weir/libweir_parquet.so
        lib/weir/libweir_duckdb.so lib/weir/libweir_postgres.so lib/weir/libweir_media.so)
  file(GLOB_RECURSE found "${prefix}/${pattern}")
  if(NOT found)
    message(FATAL_ERROR "${pattern} is not installed")
  endif()
endforeach()
file(GLOB_RECURSE private "${prefix}/include/*_test.h" "${prefix}/include/*_testing.h"
     "${prefix}/include/*/internal/*")
if(private)
  message(FATAL_ERROR "installed, but not public: ${private}")
endif()

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${work}/build" -G Ninja
    -D "CMAKE_PREFIX_PATH=${prefix}" -D "CMAKE_CXX_COMPILER=${COMPILER}")
run("${CMAKE_COMMAND}" --build "${work}/build")
foreach(target IN ITEMS sqlite:loaded.db parquet:loaded duckdb:loaded.duckdb)
  run("${work}/build/load" "${target}")
  if(NOT output STREQUAL "2 rows\n")
    message(FATAL_ERROR "${target}: the program printed: ${output}")
  endif()
  run("${prefix}/bin/weir" digest "${target}")
endforeach()
file(REMOVE_RECURSE "${work}")
