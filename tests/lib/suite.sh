# What the suites share. They are started by ./test at the top of the tree and speak TAP: `ok - what`, `not ok - what`, `ok - what # SKIP why`;
# whatever else they print is for the log.
# shellcheck shell=bash
set -euo pipefail
usual=()

# check WHAT COMMAND...: one result, by the command's exit status.
check() {
    local what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}

# files FOLDER NAME...: the files of a folder with one of these names (patterns), into the array `found`. None is a failure: a suite that
# has nothing to run does not pass.
files() {
    local folder=$1 names=() name
    shift
    for name in "$@"; do names+=(-o -name "$name"); done
    mapfile -t found < <(find "$folder" -maxdepth 1 -type f \( "${names[@]:1}" \) 2>/dev/null | LC_ALL=C sort)
    if [ ${#found[@]} = 0 ]; then
        echo "not ok - $folder holds no tests ($*)"
        exit 1
    fi
}

# run_file FILE [ARGUMENT...]: a program that is a test. If it tells no results of its own, its exit status is one.
run_file() {
    local file=$1 status=0 told
    shift
    told=$(mktemp)
    "./$file" "$@" 2>&1 | tee "$told" || status=$?
    if ! grep -Eq '^(not )?ok ([0-9]+ )?- ' "$told"; then
        [ $status = 0 ] && echo "ok - $file" || echo "not ok - $file (exit status $status)"
    elif [ $status != 0 ] && ! grep -q '^not ok' "$told"; then
        echo "not ok - $file ended with status $status"
    fi
    rm -f "$told"
}

# Builds by clang in folders of their own. That for addresses and undefined behaviour is made for the fuzzer as well. ThreadSanitizer's shadow
# memory needs the usual address space, not the widest random one: what runs it begins with "${usual[@]}".
# The lanes of ./test come here at the same time: one builds, the other waits and finds it built.
sanitized_build() { # FOLDER SANITIZERS C_ARGUMENTS TARGET...
    local lock
    mkdir -p "$1"
    exec {lock}>"$1/.lock"
    flock "$lock"
    [ -f "$1/build.ninja" ] || CC=clang meson setup "$1" --buildtype=debug -Doptimization=1 -Db_lundef=false -Db_sanitize="$2" -Dc_args="$3"
    ninja -C "$1" "${@:4}" >"$1/build.log" || { cat "$1/build.log"; echo "not ok - $1 could not be built"; exit 1; }
    exec {lock}>&-
}

address_build() { # TARGET...: "all" for what is built by default
    export ASAN_OPTIONS=detect_stack_use_after_return=1:detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    sanitized_build build-asan address,undefined -fsanitize=fuzzer-no-link "$@"
}

# The programs of tests that look from outside are those of the address build.
address_programs() {
    export TAKENSEAT=$PWD/build-asan/takenseat TAKENSEAT_LOAD=$PWD/build-asan/takenseat-load TAKENSEAT_PSP=$PWD/build-asan/takenseat-psp TAKENSEAT_WATCHED=1
}

thread_build() {
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    usual=()
    if setarch -R true 2>/dev/null; then usual=(setarch -R); fi
    sanitized_build build-tsan thread '' all
}

# Tests of node:test, with a reporter that tells them as TAP without nesting.
node_tests() { "${usual[@]}" node --test --test-reporter=./tests/lib/reporter.mjs "$@"; }
