#!/usr/bin/env bash
# Tests takenseat-load against fake_server.py: it has to get through a sale whatever the network does, and has to notice
# each of the fake's bugs. Usage: load_test.sh [path of takenseat-load]
set -u
here=$(cd "$(dirname "$0")" && pwd)
load=${1:-$here/../../build/takenseat-load}
work=$(mktemp -d)
server=
faults=0

command -v python3 >/dev/null || { echo "python3 is needed for the fake server"; exit 77; }
[ -x "$load" ] || { echo "not ok - $load is not there"; exit 1; }

stop() { [ -n "$server" ] && kill -9 "$server" 2>/dev/null; server=; }
trap 'stop; rm -rf "$work"' EXIT

# Starts the fake with the given options; its port is in $port.
start() {
    stop
    rm -f "$work/port"
    python3 "$here/fake_server.py" "$@" >"$work/port" &
    server=$!
    disown "$server"
    for _ in $(seq 100); do
        [ -s "$work/port" ] && break
        sleep 0.05
    done
    port=$(cat "$work/port")
}

# Runs the driver; its status is in $status, its summary in $work/out.json.
drive() {
    rm -f "$work/out.json"
    timeout 60 "$load" --port "$port" --schedule s1 --json "$work/out.json" --max-seconds 40 "$@" >"$work/out" 2>"$work/err"
    status=$?
}

tell() { # name good|bad
    if [ "$2" = good ]; then
        echo "ok - $1"
        return
    fi
    echo "not ok - $1 (status $status)"
    sed 's/^/#   /' "$work/err" | head -5
    faults=$((faults + 1))
}

# check NAME STATUS EXPRESSION: the driver ended with STATUS, and EXPRESSION is true of its summary d, where
# op(NAME, FIGURE) is a figure of an operation and ends(NAME) the number of buyers that ended so.
check() {
    if [ "$status" = "$2" ] && python3 - "$work/out.json" "$3" <<'PY'; then
import json, sys
d = json.load(open(sys.argv[1]))
op = lambda name, figure="ok": d["operations"].get(name, {}).get(figure, 0)
ends = lambda name: d["buyers"].get(name, 0)
sys.exit(not eval(sys.argv[2]))
PY
        tell "$1" good
    else
        tell "$1" bad
    fi
}

# check_that NAME COMMAND...: the command succeeds.
check_that() {
    local name=$1
    shift
    if "$@" >/dev/null; then tell "$name" good; else tell "$name" bad; fi
}

ok_rows() { awk -F, -v op="$1" '$2 == op { n += $4 } END { print n + 0 }' "$work/out.csv"; }

port=1
drive --host 192.0.2.1
check_that "a host that is not loopback is refused" grep allow-remote "$work/err"

start --seats 200
drive --buyers 260 --arrive-seconds 1 --seats-per-order 1=50,2=50 --tries 200 --expect-sold 199 --expect-no-5xx --ack-log "$work/ack" \
    --csv "$work/out.csv"
check "a plain sale sells every seat that is for sale, once" 0 'd["distinct_seats"] == d["seats_sold"] == 199 and d["passed"]'
check "it tells when it was sold out" 0 '0 < d["sold_out_seconds"] <= d["seconds"]'
check "every paid booking is in the acknowledgement log" 0 'd["paid_bookings"] == '"$(grep -c '"kind":"payment"' "$work/ack")"
check "the rows of the CSV add up to the summary" 0 'op("hold") == '"$(ok_rows hold)"' and op("map") == '"$(ok_rows map)"' + 1'

start --seats 200
drive --buyers 100 --arrive-seconds 0 --retry-share 0.4 --double-click-share 0.4 \
    --payment-mix sandbox-ok=60,sandbox-decline=20,sandbox-timeout=10,sandbox-wrong-amount=10
check "lost answers and double clicks agree" 0 'op("hold", "hung_up") > 9 and op("hold", "retries") > 20 and d["disagreed"] == 0'
check "a declined card is followed by another one" 0 'op("payment") > d["paid_bookings"] > 20'
check "a lost charge is looked up at the booking" 0 'op("booking read") > 0'

start --seats 200 --slow-ms 60
drive --buyers 30 --arrive-seconds 0 --double-click-share 1 --tries 50
check "in_progress is waited out" 0 'ends("done") == 30 and any(e["code"] == "in_progress" for e in op("hold", "errors"))'

start --seats 120 --queue --chunked --token-uses 9
drive --buyers 90 --arrive-seconds 0.5 --arrive uniform --best-share 0.5 --accounts "$work/accounts.csv"
check "waiting room, chunked answers and tokens that run out" 0 'op("queue poll") > 90 and op("token refresh") > 50 and d["seats_sold"] > 100'
check_that "the accounts are kept from others" [ "$(stat -c %a "$work/accounts.csv")" = 600 ]
drive --buyers 40 --arrive-seconds 0 --accounts "$work/accounts.csv"
check "accounts are used again" 0 'op("signup", "sent") == 0 and '"$(wc -l <"$work/accounts.csv")"' == 91'
start --seats 120
drive --buyers 40 --arrive-seconds 0 --accounts "$work/accounts.csv"
check "and signed up again on a server that does not know them" 0 'op("signup") == 40'

start --seats 120 --limit 2
drive --buyers 40 --arrive-seconds 0 --seats-per-order 4
check "who meets the limit stops" 0 'ends("met the limit") == 40'

start --seats 100 --hold-seconds 1
drive --buyers 60 --arrive-seconds 0 --leave-share 1 --ack-log "$work/ack.leave"
check "who walks away buys nothing" 0 'd["seats_sold"] == 0 and ends("walked away") > 30 and op("release") > 5'
check_that "a release is acknowledged" grep '"kind":"release"' "$work/ack.leave"

drive --buyers 20 --arrive-seconds 0 --think-ms 60000 --max-seconds 1
check "the run ends at --max-seconds" 0 'd["unfinished"] > 10 and d["seconds"] < 3'
drive --buyers 5 --arrive-seconds 0 --expect-sold 77
check "an unmet --expect-sold fails" 1 'not d["passed"]'

start --seats 300 --drop 0.2 --unavailable 0.1
drive --buyers 80 --arrive-seconds 0.5 --survive-restarts --retry-share 0.2 --best-share 0.5
check "dropped answers and 503 are survived" 0 'ends("failed") == 0 and op("hold", "retries") > 20 and d["answers_5xx"] > 20'
drive --buyers 20 --arrive-seconds 0 --survive-restarts --expect-no-5xx
check "--expect-no-5xx notices them" 1 'd["answers_5xx"] > 0'

# kill -9 in the middle: nothing that was acknowledged may be missing afterwards.
start --seats 200 --slow-ms 5 --state "$work/state"
( sleep 1.2; kill -9 "$server"; sleep 0.7; python3 "$here/fake_server.py" --port "$port" --state "$work/state" --seats 200 >/dev/null &
  echo $! >"$work/second" ) &
restart=$!
drive --buyers 200 --arrive-seconds 2 --arrive uniform --seats-per-order 1 --survive-restarts --tries 200 --expect-sold 199 \
    --ack-log "$work/ack.kill" --double-click-share 0.2
wait "$restart"
server=$(cat "$work/second")
check "a kill -9 and a restart are survived and nothing is sold twice" 0 'd["oversold"] == d["disagreed"] == 0'
check "the restart was noticed" 0 'any(e["code"] in ("connection_refused", "connection_broken") for o in d["operations"].values() for e in o["errors"])'
check_that "what was acknowledged is still there" python3 - "$port" "$work/ack.kill" <<'PY'
import base64, json, sys, urllib.request
get = lambda path: json.load(urllib.request.urlopen("http://127.0.0.1:%s/api/v1/schedules/s1/%s" % (sys.argv[1], path)))
guids = [guid for section in get("map")["sections"] for row in section["rows"] for guid in row["guids"]]
packed = base64.b64decode(get("availability")["seats"])
state = {guid: packed[n // 4] >> 2 * (n % 4) & 3 for n, guid in enumerate(guids)}
paid = [guid for line in open(sys.argv[2]) for e in [json.loads(line)] if e["kind"] == "payment" for guid in e["guids"]]
sys.exit(not (len(paid) == len(set(paid)) == 199 and all(state[guid] == 2 for guid in paid)))
PY

# The checks of the driver itself: each bug has to be found.
start --seats 60 --oversell 0.8
drive --buyers 120 --arrive-seconds 0 --best-share 0 --seats-per-order 2
check "BUG found: a seat sold twice" 1 'd["oversold"] > 0 and d["seats_sold"] > d["distinct_seats"]'
start --seats 200 --forget-keys
drive --buyers 60 --arrive-seconds 0 --retry-share 0.5
check "BUG found: a repeated key is done again" 1 'd["disagreed"] > 0'
start --seats 200 --wrong-tickets
drive --buyers 10 --arrive-seconds 0 --tries 2
check "BUG found: tickets for other seats" 1 'd["wrong_seats"] > 0'

[ $faults = 0 ]
