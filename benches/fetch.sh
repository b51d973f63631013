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
. "$(dirname "$0")/simulated.sh"
TIMEFORMAT='%R %U %S'

for n in "${sizes[@]}"; do
    # At this speed all of them have ended when they are asked for.
    simulated --sessions "$n" --scenario S01 --scenario S07 --speed 500000
    for round in first again; do
        took=$({ time "$program" fetch --quiet --max-rps "$rate" - <"$home/ids" >"$home/out"; } 2>&1)
        awk -v n="$n" -v rate="$rate" -v round="$round" '{
            printf "n = %d, %s: %.1f s, %.2f x 3n / max_rps, %.2f ms of CPU a session\n",
                n, round, $1, $1 * rate / (3 * n), ($2 + $3) * 1000 / n }' <<<"$took"
    done
    ended
done
