# limit: 240
# The database on a server: the same cases as SQLite's and those of broken connections and of leases, a move, and a few files of the interface's tests.
# MARIADB_API names others ("all": every one of them).
. tests/lib/suite.sh
ninja -C build src/db_test src/db_mysql{,_break,_move}_test src/db_lease_test src/front_test
api=(tests/api/holds.test.mjs tests/api/audit_log.test.mjs tests/api/operation.test.mjs)
case ${MARIADB_API:-} in
'') ;;
all) files tests/api '*test.mjs'; api=("${found[@]}") ;;
*) read -ra api <<<"$MARIADB_API" ;;
esac
files tests/mariadb '*test.mjs'
export -f run_file node_tests
# shellcheck disable=SC2016  # the inner shell expands it
CMOCKA_MESSAGE_OUTPUT=TAP tests/lib/mariadb run bash -c '
    set -euo pipefail
    usual=()
    run_file build/src/db_test || status=$?
    for file in build/src/db_mysql{,_break,_move}_test; do run_file "$file" || status=$?; done
    run_file build/src/db_lease_test || status=$?
    run_file build/src/front_test || status=$?
    node_tests "$@" || status=$?
    exit "${status:-0}"' mariadb "${api[@]}" "${found[@]}"
