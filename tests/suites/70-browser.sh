# limit: 1200
# The client in a real browser.
. tests/lib/suite.sh
files tests/browser '*test.mjs'
CHROMIUM=$(command -v chromium)
export CHROMIUM
node_tests "${found[@]}"
