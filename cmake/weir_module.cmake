# weir_module(NAME LAYER n [DEPENDS module...] [LINKS target...])
#
# Declares weir/NAME as the library weir_NAME, from all its sources. It may depend only on modules
# of lower layers; configuring stops otherwise. *_test.cc become the program NAME_test, *_bench.cc
# the program NAME_bench; the target all_verify_interface_header_sets compiles each header alone.

enable_testing()
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
include(GoogleTest)

set_property(GLOBAL PROPERTY WEIR_MODULES "")

function(weir_module name)
  cmake_parse_arguments(arg "" "LAYER" "DEPENDS;LINKS;EXCLUDE" ${ARGN})
  if(NOT DEFINED arg_LAYER OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weir_module(${name}): say LAYER n, DEPENDS modules, LINKS libraries")
  endif()
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  foreach(file IN LISTS arg_EXCLUDE)
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  endforeach()
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cc$")

  add_library(weir_${name} STATIC ${sources})
  target_include_directories(weir_${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(weir_${name} PRIVATE weir_flags)
  set_target_properties(weir_${name} PROPERTIES WEIR_LAYER ${arg_LAYER})
  foreach(other IN LISTS arg_DEPENDS)
    if(NOT TARGET weir_${other})
      message(FATAL_ERROR "module ${name} depends on ${other}, which is not declared before it")
    endif()
    get_target_property(layer weir_${other} WEIR_LAYER)
    if(NOT layer LESS arg_LAYER)
      message(FATAL_ERROR "module ${name} (layer ${arg_LAYER}) must not depend on ${other} (layer ${layer}): "
                          "a module depends on lower layers only, see docs/design.md")
    endif()
    target_link_libraries(weir_${name} PUBLIC weir_${other})
  endforeach()
  target_link_libraries(weir_${name} PUBLIC ${arg_LINKS})
  target_sources(weir_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${CMAKE_SOURCE_DIR}" FILES ${headers})
  set_target_properties(weir_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  set_property(GLOBAL APPEND PROPERTY WEIR_MODULES ${name})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE weir_${name} weir_flags GTest::gmock_main)
    gtest_discover_tests(${name}_test PROPERTIES LABELS fast DISCOVERY_TIMEOUT 60)
  endif()
  if(benches)
    add_executable(${name}_bench EXCLUDE_FROM_ALL ${benches})
    target_link_libraries(${name}_bench PRIVATE weir_${name} weir_flags benchmark::benchmark_main)
  endif()
endfunction()

# The headers of a folder that is no module are compiled alone as well, with the libraries named here.
function(weir_check_headers name)
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  add_library(${name} INTERFACE)
  target_sources(${name} INTERFACE FILE_SET HEADERS BASE_DIRS "${CMAKE_SOURCE_DIR}" FILES ${headers})
  target_link_libraries(${name} INTERFACE ${ARGN})
  set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# The library of all modules, libweir.so, for programs and for the modules opened on demand.
function(weir_libraries)
  get_property(modules GLOBAL PROPERTY WEIR_MODULES)
  add_library(weir SHARED "${CMAKE_SOURCE_DIR}/cmake/empty.cc")
  foreach(name IN LISTS modules)
    target_link_libraries(weir PRIVATE "-Wl,--whole-archive" weir_${name} "-Wl,--no-whole-archive")
  endforeach()
  target_include_directories(weir PUBLIC "$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>" "$<INSTALL_INTERFACE:include>")
  target_link_libraries(weir PRIVATE weir_flags)
  # Calls within the library do not go through its table of symbols.
  target_link_options(weir PRIVATE "-Wl,-Bsymbolic-functions")
  set_target_properties(weir PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib"
                        VERSION ${PROJECT_VERSION} SOVERSION 0)
endfunction()
