# limit: 1500
# lane: sanitizers
# Much of it once more, against the programs built with AddressSanitizer and UndefinedBehaviorSanitizer: a finding or a leak ends them, and the test.
# The browser's suite runs on these programs in the first place. What is not run on them: other people's clients of the registry, providers, money,
# stories, weaknesses, http, and those of scenario and crash that take long.
. tests/lib/suite.sh
address_build all
address_programs

files tests/api '*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/registry 'p*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/gateway 'f*test.mjs'
node_tests "${found[@]}" || status=$?
files tests/psp '*test.mjs'
node_tests "${found[@]}" || status=$?
for file in tests/scenario/{double_sale,edits,first_sale,notify,race}.test.mjs tests/crash/crash.test.mjs; do node_tests "$file" || status=$?; done
run_file tests/load/load_test.sh "$TAKENSEAT_LOAD" || status=$?
exit "${status:-0}"
