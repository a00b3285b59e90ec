# limit: 240
# kill -9 at any moment: what was acknowledged is found again.
. tests/lib/suite.sh
files tests/crash '*.sh' '*_test.py' '*test.mjs'
for file in "${found[@]}"; do
    case $file in *.mjs) node_tests "$file" ;; *) run_file "$file" ;; esac
done
