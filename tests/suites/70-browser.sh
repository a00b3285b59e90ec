# limit: 240
# The client in a real browser.
. tests/lib/suite.sh
files tests/browser '*test.mjs' '*.sh'
CHROMIUM=$(command -v chromium)
export CHROMIUM
modules=() programs=()
for file in "${found[@]}"; do
    case $file in *.mjs) modules+=("$file") ;; *) programs+=("$file") ;; esac
done
for file in "${programs[@]}"; do run_file "$file"; done
[ ${#modules[@]} = 0 ] || node_tests "${modules[@]}"
