# The targets that people call; what they do stands in tools/ and in the presets of CMake.
.PHONY: help demo test check bench bench-many fuzz asan tsan kill faults memory slow format install clean setup-build setup-test setup-bench build

help:
	@echo "make demo     set up, build, run the examples on real data"
	@echo "make test     set up, build, run all tests"
	@echo "make check    format, layers, lint"
	@echo "make bench    Weir and its peers on the same inputs"
	@echo "make fuzz     all fuzzers, FUZZ_SECONDS each (default 600)"
	@echo "make asan     unit tests with address and undefined-behaviour sanitizers"
	@echo "make tsan     unit tests, and whole runs of 1 to 8 threads, with the thread sanitizer"
	@echo "make kill     1,000 kills, each run compared with an undisturbed one"
	@echo "make faults   every operation on files of an import of comics fails once, every message to a server is lost"
	@echo "make memory   2 GB inputs at 128 MiB, 600,000 comics at 256 MiB"
	@echo "make slow     what takes long: tsan, kill, faults, memory, fuzz, 600,000 comics measured"
	@echo "make format   lay out the sources"
	@echo "make install  into PREFIX (default /usr/local)"
	@echo "make clean    remove what was built"

FUZZ_SECONDS ?= 600
PREFIX ?= /usr/local

setup-build setup-test setup-bench:
	@tools/setup $(subst setup-,,$@)

build: setup-build
	@cmake --preset release >/dev/null
	@cmake --build build --target weir_cli weir_http weir_parquet weir_duckdb weir_postgres weir_media

demo: build
	@tools/demo $(JOB)

test: setup-test
	@tools/test

check: setup-test
	@tools/check

bench: setup-bench build
	@tools/bench

asan: setup-test
	@cmake --preset asan >/dev/null && cmake --build build-asan && ctest --test-dir build-asan -L fast --output-on-failure -j2

tsan: export TSAN_OPTIONS = ignore_noninstrumented_modules=1
tsan: setup-test
	@cmake --preset tsan >/dev/null && cmake --build build-tsan && ctest --test-dir build-tsan -L fast --output-on-failure -j2
	@WEIR=build-tsan/weir python3 tests/runs/equal_digests_test.py
	@WEIR=build-tsan/weir python3 tests/runs/archives_test.py
	@WEIR=build-tsan/weir python3 tests/runs/comics_import_test.py

fuzz: setup-test
	@cmake --preset fuzz >/dev/null && cmake --build build-asan && tools/fuzz $(FUZZ_SECONDS)

kill: setup-test build
	@python3 tests/crash/kill_test.py --kills 600
	@python3 tests/crash/comics_kill_test.py --kills 400
	@python3 tests/crash/courts_kill_test.py --kills 400

faults: setup-test build
	@python3 tests/crash/fault_sweep.py --duckdb-every 1
	@python3 tests/crash/comics_fault_sweep.py --every 1
	@python3 tests/crash/postgres_fault_sweep.py --every 1 --kill-every 10

memory: setup-test build
	@python3 tests/memory/memory_test.py --bytes 2e9
	@python3 tests/memory/comics_memory_test.py --count 6e5 --memory 256MiB

bench-many: setup-bench build
	@tools/bench comics-600k

slow: tsan kill faults memory fuzz bench-many

format:
	@clang-format-14 -i $$(git ls-files '*.h' '*.cc')

install: build
	@cmake --install build --prefix $(PREFIX)

clean:
	@rm -rf build build-dev build-asan build-tsan
