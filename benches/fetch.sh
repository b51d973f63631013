#!/usr/bin/env bash
# What `fetch` of many sessions costs: wall time beside the time that `max_rps` alone takes, and
# CPU for each session, into an empty store and into one that has their answers already.
# benches/fetch.sh [PROGRAM [N...]], with MAX_RPS=1000; of the CPU three signatures are the floor
# (`openssl speed rsa2048`). Goal e4: flat over N, and a ratio of at most 1.2 where the machine is idle.
set -euo pipefail
program=${1:-target/release/branchwatch}
sizes=("${@:2}")
[ ${#sizes[@]} -gt 0 ] || sizes=(1000 10000)
rate=${MAX_RPS:-1000}
home=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator"; rm -rf "$home"' EXIT
export HOME=$home YOTI_KEY_FILE_PATH=$home/key.pem
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME
TIMEFORMAT='%R %U %S'

for n in "${sizes[@]}"; do
    rm -rf "$home"/* "$home"/.local
    # At this speed all of them have ended when they are asked for.
    "$program" simulate --sessions "$n" --scenario S01 --scenario S07 --speed 500000 \
        --write-key "$home/key.pem" >"$home/ready" 2>/dev/null &
    simulator=$!
    until [ -s "$home/ready" ]; do sleep 0.1; done
    text() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$home/ready"; }
    YOTI_IDV_API_URL=$(text base_url) YOTI_CLIENT_SDK_ID=$(text sdk_id)
    export YOTI_IDV_API_URL YOTI_CLIENT_SDK_ID
    sed -E 's/.*"sessions":\[([^]]*)\].*/\1/; s/"//g' "$home/ready" | tr , '\n' >"$home/ids"
    "$program" add --quiet "$home/ids"
    for round in first again; do
        took=$({ time "$program" fetch --quiet --max-rps "$rate" - <"$home/ids" >"$home/out"; } 2>&1)
        awk -v n="$n" -v rate="$rate" -v round="$round" '{
            printf "n = %d, %s: %.1f s, %.2f x 3n / max_rps, %.2f ms of CPU a session\n",
                n, round, $1, $1 * rate / (3 * n), ($2 + $3) * 1000 / n }' <<<"$took"
    done
    kill "$simulator"
    wait "$simulator" 2>/dev/null || true
    simulator=
done
