# limit: 240
# The weaknesses of the system that this one replaces, each by its number: 50 of 50 have a test.
. tests/lib/suite.sh
files tests/weaknesses '*test.mjs'
told=$(mktemp)
node_tests "${found[@]}" | tee "$told" || status=$?
every_number() { diff <(seq 50) <(sed -n 's/^ok [0-9]* - \([0-9, ]*\):.*/\1/p; s/^ok - \([0-9, ]*\):.*/\1/p' "$told" | tr -d ' ' | tr ',' '\n' | sort -n); }
check '50 of 50 weaknesses are closed, each by a test of its number' every_number
exit "${status:-0}"
