# limit: 120
# lane: alone
# How soon maps of 738, 8,897 and 50,000 seats come up in a real browser, and how they follow the hand.
. tests/lib/suite.sh
files tests/browser '*.measure.mjs'
CHROMIUM=$(command -v chromium)
export CHROMIUM
node_tests "${found[@]}"
