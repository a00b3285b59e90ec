# limit: 300
# The load driver itself, against a server with faults to switch on; then whatever else stands beside it.
. tests/lib/suite.sh
files tests/load '*.sh'
tests/lib/meson_tap.py build 'load histogram' 'load http answer' || status=$?
for file in "${found[@]}"; do run_file "$file" || status=$?; done
exit "${status:-0}"
