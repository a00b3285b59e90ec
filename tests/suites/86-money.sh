# limit: 240
# The money storm, small: sales through simulated payment companies that fail in every way, and kill -9 meanwhile; then the books are compared.
. tests/lib/suite.sh
files tests/money '*test.mjs'
for file in "${found[@]}"; do node_tests "$file" || status=$?; done
exit "${status:-0}"
