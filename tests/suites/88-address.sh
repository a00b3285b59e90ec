# limit: 1800
# lane: sanitizers
# Much of it once more, against the programs built with AddressSanitizer and UndefinedBehaviorSanitizer: a finding or a leak ends them, and the test.
# What is not: other people's clients of the registry, providers, money, stories, weaknesses, http, and those of scenario and crash that take long.
. tests/lib/suite.sh
address_build
ninja -C build-asan takenseat tests/load/takenseat-load tests/psp/takenseat-psp >"$TMPDIR/build.log" || { cat "$TMPDIR/build.log"; echo "not ok - the programs could not be built"; exit 1; }
TAKENSEAT=$PWD/build-asan/takenseat
TAKENSEAT_LOAD=$PWD/build-asan/takenseat-load
TAKENSEAT_PSP=$PWD/build-asan/takenseat-psp
CHROMIUM=$(command -v chromium)
export TAKENSEAT TAKENSEAT_LOAD TAKENSEAT_PSP CHROMIUM TAKENSEAT_WATCHED=1

files tests/api '*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/registry 'p*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/psp '*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/browser '*test.mjs'
node_tests "${found[@]}" || status=$?
for file in tests/scenario/{double_sale,edits,first_sale,notify,race}.test.mjs tests/crash/crash.test.mjs; do node_tests "$file" || status=$?; done
run_file tests/load/load_test.sh "$TAKENSEAT_LOAD" || status=$?
exit "${status:-0}"
