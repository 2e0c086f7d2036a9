#!/usr/bin/env bash
# A window under random hands: opens the sample park on a screen that nobody sees, drives it with seeded mouse and key events for
# some minutes, and says whether it lived, what it complained of, and whether its memory kept growing.
#   setup/soak.sh TWIN [MINUTES] [SEED]
# Exit code 1 where the window died, complained, did not close when it was due, or grew by more than MOST_MB_PER_MIN in the second half.
set -euo pipefail
twin=$(realpath "$1")
minutes=${2:-10}
seed=${3:-1}
most=${MOST_MB_PER_MIN:-2}
width=1280 height=800
work=$(mktemp -d "${TMPDIR:-/tmp}/parktwin-soak-XXXXXX")
log=${LOG:-$work/soak.log}
export TWIN_DATA_DIR="$work/data" XDG_RUNTIME_DIR="$work/run"
mkdir -p "$TWIN_DATA_DIR"
mkdir -m 700 "$XDG_RUNTIME_DIR"
# The private server runs as another user where this is root.
chmod 755 "$work"
server= window=
# Warnings that software rendering and a bare screen bring along are none.
complaint='panicked| ERROR |VUID|Validation Error'
now() { date +%s; }
finish() {
  [ -z "$window" ] || kill "$window" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  "$twin" db stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

"$twin" sample "$work/park" >/dev/null
"$twin" import "$work/park/park.toml" --json >/dev/null
exec {number}< <(exec Xvfb -displayfd 1 -screen 0 ${width}x${height}x24 -nolisten tcp 2>/dev/null & echo "pid $!"; wait)
read -r _ server <&"$number"
read -r display <&"$number"
export DISPLAY=":$display"
# It closes by itself, a little after the last event.
due=$((minutes * 60 + 240))
TWIN_VIEW_COUNTS=1 TWIN_VIEW_EXIT_AFTER=$due "$twin" -v view qingxi >"$work/out" 2>"$work/err" &
window=$!
opened=$(now)
for _ in $(seq 600); do
  grep -q 'picture complete' "$work/err" && break
  kill -0 "$window" 2>/dev/null || { echo "soak: the window ended before its first picture"; cat "$work/err"; exit 1; }
  sleep 0.2
done
id=$(xdotool search --pid "$window" --onlyvisible | head -1)
xdotool windowsize "$id" $width $height windowmove "$id" 0 0 windowfocus "$id"

# Events of one round, as xdotool reads them. The same seed and awk give the same events.
events() {
  awk -v seed="$1" -v w=$width -v h=$height 'BEGIN {
    srand(seed)
    n = split("f Home n p u o b l m k x d i c 0 1 2 3 4 5 y bracketleft bracketright space v t g Tab a h Escape Escape Escape comma period semicolon apostrophe Delete ctrl+z ctrl+y ctrl+b ctrl+1 ctrl+2 ctrl+f Return BackSpace Left Right Up Down q e plus minus Page_Up Page_Down", keys, " ")
    for (i = 0; i < 24; i++) {
      x = int(rand() * (w - 4)) + 2; y = int(rand() * (h - 4)) + 2
      what = rand()
      print "mousemove", x, y
      if (what < 0.22) print "click 1"
      else if (what < 0.27) print "keydown ctrl\nclick 1\nkeyup ctrl"
      else if (what < 0.47) {
        button = (rand() < 0.6) ? 1 : 3
        print "mousedown", button
        for (k = 0; k < 4; k++) { print "mousemove_relative --", int(rand() * 160 - 80), int(rand() * 120 - 60); print "sleep 0.02" }
        print "mouseup", button
      }
      else if (what < 0.60) { turns = int(rand() * 4) + 1; for (k = 0; k < turns; k++) print "click", (rand() < 0.5) ? 4 : 5 }
      else if (what < 0.63) print "type --delay 8", (rand() < 0.5) ? "bjdd" : "P-12"
      else print "key", keys[int(rand() * n) + 1]
      print "sleep 0.04"
    }
    # No key stays down, whatever was being done.
    print "keyup ctrl\nkeyup shift\nmouseup 1\nmouseup 3"
  }'
}

# Seconds from the start and resident memory, MB.
rss() { awk -v t="$1" '/^VmRSS/ { printf "%d %.1f\n", t, $2 / 1024 }' "/proc/$window/status"; }
grep -q 'picture complete' "$work/err" || { echo "soak: no complete picture within two minutes"; cat "$work/err"; exit 1; }
died=
round=0
missed=0
began=$(now)
: >"$work/memory"
while [ $(($(now) - began)) -lt $((minutes * 60)) ]; do
  round=$((round + 1))
  events $((seed * 100000 + round)) >"$work/round"
  xdotool - <"$work/round" >/dev/null 2>&1 || missed=$((missed + 1))
  if [ $((round % 40)) -eq 0 ]; then
    # A smaller window and back, as people do.
    xdotool windowsize "$id" $((width * 3 / 4)) $((height * 3 / 4)) 2>/dev/null || true
    sleep 0.3
    xdotool windowsize "$id" $width $height windowfocus "$id" 2>/dev/null || true
  fi
  kill -0 "$window" 2>/dev/null || { died=yes; break; }
  rss $(($(now) - began)) >>"$work/memory"
done
lived=$(($(now) - began))
code=0
if [ -z "$died" ]; then
  # Tools and menus given up; then it is closed as its frame would.
  xdotool key Escape Escape Escape 2>/dev/null || true
  late=$((opened + due + 15))
  while kill -0 "$window" 2>/dev/null && [ "$(now)" -lt $late ]; do sleep 0.2; done
  if kill -0 "$window" 2>/dev/null; then echo "soak: it did not close when it was due"; code=1; else wait "$window" || code=$?; fi
else
  wait "$window" || code=$?
fi
window=
complaints=$(grep -cE "$complaint" "$work/err" || true)
# Least squares over the second half, when everything was opened once.
summary=$(awk -v half=$((lived / 2)) '{ all++; if (all == 1 || $2 < low) low = $2; if ($2 > high) high = $2; last = $2
  if ($1 >= half) { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 } }
  END { d = n * xx - x * x; slope = (d > 0) ? (n * xy - x * y) / d * 60 : 0
    printf "%.2f %.0f %.0f %.0f\n", slope, low, high, last }' "$work/memory")
read -r slope low high last <<<"$summary"
{
  echo "soak: seed $seed, $round rounds of 24 events in $lived s${died:+, then it DIED}; exit code $code"
  echo "soak: resident memory $low to $high MB, $last MB at the end; $slope MB a minute over the second half"
  echo "soak: $complaints lines of complaint"
  # What the window held at first, at half-time and at last: numbers that grow say whose memory it is.
  grep -o 'counts at .*' "$work/err" | awk '{ line[NR] = $0 } END { for (at = 1; at <= NR; at++) if (at == 1 || at == int((NR + 1) / 2) || at == NR) print "soak: " line[at] }' || true
} | tee -a "$log"
grep -E "$complaint" "$work/err" | head -20 || true
[ "$log" = "$work/soak.log" ] || cp "$work/memory" "$log.memory"
[ "$missed" -eq 0 ] || echo "soak: $missed rounds did not reach the window"
[ -z "$died" ] && [ "$missed" -eq 0 ] && [ "$code" -eq 0 ] && [ "$complaints" -eq 0 ] && awk -v s="$slope" -v m="$most" 'BEGIN { exit !(s <= m) }'
