# What the measuring scripts share: a server of its own in a temporary folder, removed at the end; a hall of 50,000 seats and a performance in it.
# Wants $build and $parent (of the data folder) to be set. Others may be: $pin_server, a command that runs the server; $server_options; $zones.
# shellcheck shell=bash disable=SC2154,SC2034

data=$(mktemp -d "$parent/takenseat-bench.XXXXXX")
server='' pin_server=("${pin_server[@]}") server_options=("${server_options[@]}")
finish() {
    server_stop || true
    [ -n "${KEEP:-}" ] || rm -rf "$data"
}
trap finish EXIT

fail() { echo "error: $*" >&2; [ -s "$data/log" ] && tail -5 "$data/log" >&2; exit 2; }

for program in takenseat takenseat-bench takenseat-bench-tokens takenseat-load; do
    [ -x "$build/$program" ] || fail "$build/$program is not there: build first"
done

# ---- the server ----

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

port=$(free_port)
api=http://127.0.0.1:$port/api/v1
password=Bench-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
token=

server_stop() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}

# Leaves the seconds until it was ready in $started.
server_start() {
    local began=$EPOCHREALTIME
    "${pin_server[@]}" "$build/takenseat" serve --bench --port "$port" --data "$data/server" "${server_options[@]}" >"$data/log" 2>&1 &
    server=$!
    for _ in $(seq 1000); do
        curl -fs -o "$data/answer" "http://127.0.0.1:$port/health/ready" && break
        kill -0 "$server" 2>/dev/null || fail "the server ended"
        sleep 0.02
    done
    started=$(calc "$EPOCHREALTIME - $began" 2)
    curl -fs -o "$data/answer" "http://127.0.0.1:$port/health/ready" || fail "the server was not ready in 20 s"
}

# The text of the first member with this name in the last answer.
member() { grep -o "\"$1\": *\"[^\"]*\"" "$data/answer" | head -n 1 | sed 's/.*: *"//; s/"$//'; }

# Sends the body on stdin by that method; the answer must be 2xx.
send() {
    local status
    status=$(curl -s -o "$data/answer" -w '%{http_code}' -X "$1" -H 'Content-Type: application/json' \
        ${token:+-H "Authorization: Bearer $token"} --data-binary @- "$api$2")
    case $status in 2*) ;; *) fail "$1 $2: $status $(head -c 400 "$data/answer")" ;; esac
}
post() { send POST "$1"; }
put() { send PUT "$1"; }

# ---- a hall of 50,000 seats, a thousand a zone, and schedules in it ----

hall_plan() {
    awk -v zones="${zones:-50}" 'BEGIN {
        printf("{\"name\":\"Bench hall\",\"address\":\"1 Bench Road\",\"plan\":{\"name\":\"Bench\",")
        printf("\"size\":{\"width\":1100,\"height\":2200},\"categories\":[{\"name\":\"Seat\",\"color\":\"#3366cc\"}],\"zones\":[")
        for (zone = 0; zone < zones; zone++) {
            printf("%s{\"name\":\"Z%02d\",\"position\":{\"x\":%d,\"y\":%d},\"rows\":[", zone ? "," : "", zone, zone % 10 * 110, int(zone / 10) * 420)
            for (row = 0; row < 20; row++) {
                printf("%s{\"row_number\":\"%d\",\"row_number_position\":\"both\",\"position\":{\"x\":0,\"y\":%d},\"seats\":[", row ? "," : "", row + 1, row * 20)
                for (seat = 0; seat < 50; seat++)
                    printf("%s{\"seat_number\":\"%d\",\"seat_guid\":\"Z%02d-%02d-%02d\",\"category\":\"Seat\",\"position\":{\"x\":%d,\"y\":0}}", seat ? "," : "", seat + 1, zone, row, seat, seat * 2)
                printf("]}")
            }
            printf("]}")
        }
        printf("]}}")
    }'
}

day() { date -u -d "$1 days" +%Y-%m-%dT"$2"Z; }

schedules_made=0
# Makes a schedule whose sale starts in so many days; its id is left in $schedule.
schedule_make() {
    schedules_made=$((schedules_made + 1))
    post "/performances/$performance/schedules" <<JSON
{"hall_id":"$hall","starts_at":"$(day $((schedules_made + 30)) 19:00:00)","ends_at":"$(day $((schedules_made + 30)) 21:00:00)",
 "sale_starts_at":"$(day "$1" 00:00:00)","sale_ends_at":"$(day $((schedules_made + 30)) 18:00:00)",
 "prices":{"Seat":{"amount":50000,"currency":"KRW"}}}
JSON
    schedule=$(member id)
}

# Starts the server; leaves an administrator's $token, $hall and $performance.
stage() {
    mkdir "$data/server"
    printf '%s\n' "$password" | "$build/takenseat" admin create --data "$data/server" --email bench@takenseat.example --password-stdin \
        >"$data/log" 2>&1 || fail "no administrator could be made"
    server_start
    post /auth/login <<<"{\"email\":\"bench@takenseat.example\",\"password\":\"$password\"}"
    token=$(member access_token)
    hall_plan >"$data/plan.json"
    post /halls <"$data/plan.json"
    hall=$(member id)
    post /performances <<<'{"title":"Bench","genre":"concert","max_tickets_per_user":50000}'
    performance=$(member id)
}

# ---- figures ----

# A figure of takenseat-bench's last line, which is in $result.
value() { sed -n "s/.* $1=\([0-9.]*\).*/\1/p" <<<"$result"; }
calc() { awk "BEGIN { printf \"%.${2:-4}f\", $1 }"; }
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.4f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
