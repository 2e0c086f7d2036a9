#!/usr/bin/env bash
# From the command to the first complete picture, in a window on a screen that nobody sees, from PostGIS with a warm cache:
# the sample park, and New York where TWIN_REAL_DATA has it. Median and worst of RUNS.
#   setup/bench-window.sh TWIN     aims: sample park 2 s, New York 8 s
set -euo pipefail
twin=$(realpath "$1")
runs=${RUNS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/parktwin-bench-window-XXXXXX")
chmod 755 "$work"
export TWIN_DATA_DIR="$work/data" XDG_RUNTIME_DIR="$work/run"
mkdir -p "$TWIN_DATA_DIR"
mkdir -m 700 "$XDG_RUNTIME_DIR"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; "$twin" db stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
exec {number}< <(exec Xvfb -displayfd 1 -screen 0 1280x720x24 -nolisten tcp 2>/dev/null & echo "$!"; wait)
read -r server <&"$number"
read -r display <&"$number"
export DISPLAY=":$display"

# open PARK SECONDS AIM: opens the park RUNS times, each for so many seconds, after one that warms the caches up; AIM s are aimed for.
open() {
  local park=$1 long=$2 aim=$3
  : >"$work/times"
  for run in $(seq 0 "$runs"); do
    TWIN_VIEW_EXIT_AFTER=$long "$twin" -v view "$park" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
    # The window's own clock begins when it is asked for; reading arguments and reaching the server before it count too little to see.
    took=$(sed -n 's/.*picture complete after \([0-9.]*\) s.*/\1/p' "$work/err" | head -1)
    [ -n "$took" ] || { echo "open $park: no complete picture within $long s; $aim s aimed for"; return; }
    [ "$run" -eq 0 ] || echo "$took" >>"$work/times"
  done
  sort -n "$work/times" | awk -v park="$park" -v aim="$aim" '{ a[NR] = $1 } END { printf "open %s: first complete picture, median %.2f s, worst %.2f s of %d; %s s aimed for\n", park, a[int((NR + 1) / 2)], a[NR], NR, aim }'
}

"$twin" sample "$work/park" >/dev/null
"$twin" import "$work/park/park.toml" --json >/dev/null
open qingxi 12 2
if [ -n "${TWIN_REAL_DATA:-}" ]; then
  "$twin" import importers/parks/nyc_us.park.toml --root "$TWIN_REAL_DATA/nyc_us" --json >/dev/null
  open nyc-us 60 8
fi
