# limit: 240
# Memory that processes share: the same cases in the process and on Redis, a Redis that dies, hangs and loses everything, and two processes behind sentinels.
. tests/lib/suite.sh
ninja -C build src/kv_test src/kv_redis_test src/auth_share_test
files tests/redis '*test.mjs'
export -f run_file node_tests
# shellcheck disable=SC2016  # the inner shell expands it
CMOCKA_MESSAGE_OUTPUT=TAP tests/lib/redis run bash -c '
    set -euo pipefail
    usual=()
    for program in kv_test kv_redis_test auth_share_test; do
        run_file "build/src/$program" || status=$?
    done
    node_tests "$@" || status=$?
    exit "${status:-0}"' redis "${found[@]}"
