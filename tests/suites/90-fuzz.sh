# limit: 420
# lane: sanitizers
# Every parser against libFuzzer for FUZZ_SECONDS each; what once crashed a target (tests/fuzz/crashes/NAME) is tried first.
. tests/lib/suite.sh
files tests/fuzz '*_fuzz.c'

fuzz() { # NAME
    local seeds=() options=() folder grown
    grown=$(mktemp -d)
    for folder in "tests/fuzz/crashes/$1" "tests/fuzz/corpus/$1"; do
        if [ -d "$folder" ]; then seeds+=("$folder"); fi
    done
    if [ -f "tests/fuzz/$1.dict" ]; then options+=("-dict=tests/fuzz/$1.dict"); fi
    ./build-asan/tests/fuzz/"$1"_fuzz -max_total_time="${FUZZ_SECONDS:-15}" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix=build-asan/ "${options[@]}" "$grown" "${seeds[@]}" 2>&1
}

names=() targets=()
for file in "${found[@]}"; do
    name=$(basename "$file" _fuzz.c)
    names+=("$name") targets+=("tests/fuzz/${name}_fuzz")
done
address_build "${targets[@]}"
for name in "${names[@]}"; do check "fuzz $name" fuzz "$name"; done
