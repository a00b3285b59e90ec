# limit: 120
# The browser client's own tests.
. tests/lib/suite.sh
npm --prefix web test -- --reporter=tap-flat
