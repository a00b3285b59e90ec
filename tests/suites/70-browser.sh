# limit: 1200
# The client in a real browser, over the programs built with AddressSanitizer and UndefinedBehaviorSanitizer: whatever a page asks of them, a finding
# or a leak ends them, and the test.
. tests/lib/suite.sh
address_build all
address_programs
files tests/browser '*test.mjs'
CHROMIUM=$(command -v chromium)
export CHROMIUM
node_tests "${found[@]}"
