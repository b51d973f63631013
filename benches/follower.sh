#!/usr/bin/env bash
# What a second process on one store costs beside the one that asks Yoti: CPU of both, while all
# sessions have their answers and the first goes on asking 5 of them a second.
# benches/follower.sh [PROGRAM [N...]]; the goal is e3: a ratio of 1.0.
set -euo pipefail
program=$(realpath "${1:-target/release/branchwatch}")
sizes=("${@:2}")
[ ${#sizes[@]} -gt 0 ] || sizes=(1000 4000)
seconds=${SECONDS_MEASURED:-60}
. "$(dirname "$0")/simulated.sh"
cpu() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

for n in "${sizes[@]}"; do
    # They wait for their visit all the time.
    simulated --sessions "$n" --scenario S03 --speed 60
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
    ended
done
