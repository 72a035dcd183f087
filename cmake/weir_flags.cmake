# Language, warnings and sanitizers for everything that Weir compiles.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET default)

set(WEIR_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them")
option(WEIR_FUZZ "build the fuzzers (clang)" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Nobody replaces a function of libweir.so by one of the same name, so that the compiler may inline
# calls between functions of one file.
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -fno-semantic-interposition")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")

# What every target of ours is compiled with; third-party sources are not.
add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # g++ 12 warns of its own std::string (GCC bug 105329) and, at -O3, of fmt's buffers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers;-Wno-restrict;-Wno-stringop-overflow>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-missing-field-initializers>)
target_link_options(weir_flags INTERFACE -fuse-ld=mold)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(weir_flags INTERFACE -fuse-ld=lld)
endif()
if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE STREQUAL "thread")
    add_compile_definitions(WEIR_THREAD_SANITIZER)
  endif()
  if(WEIR_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
