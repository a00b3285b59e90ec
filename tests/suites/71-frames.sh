# limit: 120
# lane: alone
# How the client follows the hand over 50,000 seats, in a real browser.
. tests/lib/suite.sh
files tests/browser '*.measure.mjs'
CHROMIUM=$(command -v chromium)
export CHROMIUM
node_tests "${found[@]}"
