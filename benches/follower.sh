#!/usr/bin/env bash
# What a second process on one store costs beside the one that asks Yoti: CPU of both, while all
# sessions have their answers and the first goes on asking 5 of them a second.
# benches/follower.sh [PROGRAM [N...]]; the goal is e3: a ratio of 1.0.
set -euo pipefail
program=$(realpath "${1:-target/release/branchwatch}")
sizes=("${@:2}")
[ ${#sizes[@]} -gt 0 ] || sizes=(1000 4000)
seconds=${SECONDS_MEASURED:-60}
home=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null; rm -rf "$home"' EXIT
export HOME=$home YOTI_KEY_FILE_PATH=$home/key.pem
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME
cpu() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

for n in "${sizes[@]}"; do
    rm -rf "$home"/* "$home"/.local
    # They wait for their visit all the time.
    "$program" simulate --sessions "$n" --scenario S03 --speed 60 --write-key "$home/key.pem" \
        >"$home/ready" 2>/dev/null &
    simulator=$!
    until [ -s "$home/ready" ]; do sleep 0.1; done
    text() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$home/ready"; }
    YOTI_IDV_API_URL=$(text base_url) YOTI_CLIENT_SDK_ID=$(text sdk_id)
    export YOTI_IDV_API_URL YOTI_CLIENT_SDK_ID
    sed -E 's/.*"sessions":\[([^]]*)\].*/\1/; s/"//g' "$home/ready" | tr , '\n' >"$home/ids"
    "$program" add --quiet "$home/ids"
    "$program" fetch --quiet --max-rps 1000 - <"$home/ids" >/dev/null
    pids=()
    for _ in asker follower; do
        "$program" watch --quiet --interval 10s --max-rps 5 >/dev/null 2>&1 &
        pids+=($!)
        sleep 8
    done
    before=("$(cpu "${pids[0]}")" "$(cpu "${pids[1]}")")
    sleep "$seconds"
    after=("$(cpu "${pids[0]}")" "$(cpu "${pids[1]}")")
    awk -v n="$n" -v a="$((after[0] - before[0]))" -v f="$((after[1] - before[1]))" \
        -v t="$(getconf CLK_TCK)" 'BEGIN {
        printf "n = %d: asker %.2f s, follower %.2f s of CPU, ratio %.2f\n", n, a / t, f / t, f / a }'
    kill "${pids[@]}" "$simulator"
    wait 2>/dev/null || true
done
