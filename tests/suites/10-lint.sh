# limit: 120
# The rules of CONTRIBUTING.md that a machine can hold.
. tests/lib/suite.sh
tools/lint/run build
