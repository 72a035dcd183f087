# The libraries that Weir stands on; tools/setup brings them, docs/design.md says why each.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)

function(weir_pkg target package)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${package})
endfunction()
weir_pkg(sqlite3 sqlite3)
weir_pkg(zstd libzstd)
weir_pkg(lz4 liblz4)
weir_pkg(deflate libdeflate)
weir_pkg(isal libisal)
weir_pkg(xxhash libxxhash)
weir_pkg(archive libarchive)
weir_pkg(re2 re2)
weir_pkg(zlib zlib)
weir_pkg(expat expat)
weir_pkg(vips vips)
weir_pkg(poppler poppler-glib)
weir_pkg(libpq libpq)
weir_pkg(curl libcurl)
find_package(pugixml REQUIRED)
find_package(tomlplusplus REQUIRED)

# simdjson, compiled here with hidden symbols: a second copy in the process (Parquet's) must not
# bind to it. Every file of ours that includes it must be compiled with WEIR_HIDDEN too.
set(WEIR_SETUP_DIR "${CMAKE_SOURCE_DIR}/.setup" CACHE PATH "what tools/setup unpacked")
set(WEIR_HIDDEN -fvisibility=hidden -fvisibility-inlines-hidden)
if(NOT EXISTS "${WEIR_SETUP_DIR}/simdjson/simdjson.cpp")
  message(FATAL_ERROR "no simdjson in ${WEIR_SETUP_DIR}: run tools/setup build")
endif()
add_library(simdjson STATIC "${WEIR_SETUP_DIR}/simdjson/simdjson.cpp")
target_include_directories(simdjson SYSTEM PUBLIC "${WEIR_SETUP_DIR}/simdjson")
target_compile_options(simdjson PRIVATE ${WEIR_HIDDEN} -O3)

# Arrow and Parquet: from the system, or else from the pyarrow wheel that tools/setup installed.
find_package(Arrow CONFIG QUIET)
if(Arrow_FOUND)
  find_package(Parquet CONFIG REQUIRED)
else()
  file(GLOB WEIR_PYARROW_DIR "${WEIR_SETUP_DIR}/venv/lib/python3*/site-packages/pyarrow")
  if(NOT WEIR_PYARROW_DIR)
    message(FATAL_ERROR "no Arrow in the system and no pyarrow in ${WEIR_SETUP_DIR}: run tools/setup build")
  endif()
  file(STRINGS "${WEIR_PYARROW_DIR}/include/arrow/util/config.h" line REGEX "define ARROW_SO_VERSION ")
  string(REGEX MATCH "\"([^\"]+)\"" _ "${line}")
  set(so "${CMAKE_MATCH_1}")
  function(wheel_library target file)
    add_library(${target} SHARED IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION "${WEIR_PYARROW_DIR}/lib${file}.so.${so}"
      IMPORTED_SONAME "lib${file}.so.${so}"
      INTERFACE_INCLUDE_DIRECTORIES "${WEIR_PYARROW_DIR}/include"
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${WEIR_PYARROW_DIR}/include"
      INTERFACE_LINK_LIBRARIES "${ARGN}")
  endfunction()
  wheel_library(Arrow::arrow_shared arrow)
  wheel_library(Parquet::parquet_shared parquet Arrow::arrow_shared)
endif()

# DuckDB: from the system, or else the library and the header that tools/setup unpacked.
find_library(WEIR_DUCKDB_LIBRARY duckdb HINTS "${WEIR_SETUP_DIR}/duckdb")
find_path(WEIR_DUCKDB_INCLUDE duckdb.h HINTS "${WEIR_SETUP_DIR}/duckdb")
if(NOT WEIR_DUCKDB_LIBRARY OR NOT WEIR_DUCKDB_INCLUDE)
  message(FATAL_ERROR "no DuckDB in the system nor in ${WEIR_SETUP_DIR}: run tools/setup build")
endif()
add_library(DuckDB::duckdb SHARED IMPORTED GLOBAL)
set_target_properties(DuckDB::duckdb PROPERTIES
  IMPORTED_LOCATION "${WEIR_DUCKDB_LIBRARY}"
  IMPORTED_SONAME libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES "${WEIR_DUCKDB_INCLUDE}"
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${WEIR_DUCKDB_INCLUDE}")
