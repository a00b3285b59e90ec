# limit: 600
# lane: sanitizers
# What decides about money is small and takes no branch untested: the moves of payments and refunds, the ladder of cancellations, the arithmetic of
# shares and the ledger.
. tests/lib/suite.sh
covered=(src/base/money.h src/services/payment/{state,refund_state,ledger,fees}.c src/services/booking/ladder.c)
tests=(booking_ladder payment payment_fees payment_gate payment_ledger payment_refund payment_settle payment_states payment_webhook)

[ -f build-cov/build.ninja ] || meson setup build-cov --buildtype=debug -Db_coverage=true -Dc_args=-U_FORTIFY_SOURCE
targets=("${tests[@]/#/src/}")
ninja -C build-cov "${targets[@]/%/_test}" >"$TMPDIR/build.log" || { cat "$TMPDIR/build.log"; echo "not ok - the tests could not be built"; exit 1; }
find build-cov -name '*.gcda' -delete
for name in "${tests[@]}"; do check "$name" "build-cov/src/${name}_test" || status=1; done
tests/lib/branches.py build-cov "${covered[@]}" || status=1
exit "${status:-0}"
