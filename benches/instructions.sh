#!/usr/bin/env bash
# Instructions of what runs most often, counted by callgrind, beside the recorded ones: they are the
# same in each run, so that a change of 3 % is one of the program. Needs valgrind.
# benches/instructions.sh [--record]; ends with 1 where one differs by more.
set -euo pipefail
cd "$(dirname "$0")/.."
recorded=benches/instructions.txt

# The record is of one compiler and one kind of processor.
machine="$(rustc --version), $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)"
program=$(cargo bench --locked --bench figures --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*figures[^"]*\)".*/\1/p')
out=$(mktemp)
trap 'rm -f "$out"' EXIT

counted() {
    valgrind --tool=callgrind --callgrind-out-file="$out" --toggle-collect='*instructions*runs*' \
        "$program" instructions "$1" >/dev/null 2>&1
    # Of ten runs.
    sed -n 's/^summary: \([0-9]*\).*/\1/p; s/^totals: \([0-9]*\).*/\1/p' "$out" | head -1 |
        awk '{ printf "%d\n", $1 / 10 }'
}

now=$(for name in frame publish take-in parse tick filter; do echo "$name $(counted "$name")"; done)
if [ "${1:-}" = --record ]; then
    printf '%s\n%s\n' "$machine" "$now" >"$recorded"
    cat "$recorded"
    exit
fi
if [ "$(head -1 "$recorded")" != "$machine" ]; then
    printf 'recorded on another machine: %s\nhere: %s\n%s\n' "$(head -1 "$recorded")" "$machine" "$now"
    exit
fi
awk '
    NR == FNR { if (FNR > 1) recorded[$1] = $2; next }
    {
        change = ($2 / recorded[$1] - 1) * 100
        differs = change > 3 || change < -3
        printf "%-8s %12d instructions, recorded %12d, %+.1f %%%s\n", $1, $2, recorded[$1], change,
            differs ? "  <- more than 3 %: record it if that is meant" : ""
        if (differs) failed = 1
    }
    END { exit failed }
' "$recorded" <(echo "$now")
