# limit: 30
# lane: last
# The table of docs/features.md against the logs of the suites that ran before: each feature is shown by a test that has passed.
. tests/lib/suite.sh
shown() { # SUITE TEST: as a test of its own or as part of one
    grep -Fxq -e "ok - $2" "build/test-logs/$1.log" || sed -n 's/^ok \([0-9]* \)\{0,1\}- //p' "build/test-logs/$1.log" | grep -Fxq -e "$2"
}
rows=0
while IFS='|' read -r _ feature suite test _; do
    read -r feature <<<"$feature"; read -r suite <<<"$suite"; read -r test <<<"$test"
    case $suite in suite | *---*) continue ;; esac
    rows=$((rows + 1))
    check "$feature: $suite, \"$test\"" shown "$suite" "$test"
done < <(grep '^|' docs/features.md)
check "the table has rows" [ "$rows" -gt 30 ]
