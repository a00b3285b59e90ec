# limit: 420
# Unit tests, as the program is built.
. tests/lib/suite.sh
tests/lib/meson_tap.py build --suite unit
