# limit: 180
# Hostile and ambiguous clients against the HTTP server.
. tests/lib/suite.sh
files tests/http 'hostile.py'
tests/lib/meson_tap.py build --suite http
