# limit: 300
# The load driver itself, then crowds against the program; each run ends with `takenseat audit`.
. tests/lib/suite.sh
tests/lib/meson_tap.py build 'load histogram' 'load http answer'
files tests/load '*.sh'
run_file tests/load/load_test.sh build/takenseat-load
for file in "${found[@]}"; do
    [ "$file" = tests/load/load_test.sh ] || run_file "$file"
done
