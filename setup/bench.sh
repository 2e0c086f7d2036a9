#!/usr/bin/env bash
# Measurements, each beside its peer in the same run; numbers go to docs/benchmarks.md by hand, with date and machine.
#   import: `twin import` against `ogr2ogr` with COPY into the same server
#   box query: the R-tree cache against PostGIS
#   frame: the lean material against Bevy's StandardMaterial on software Vulkan
set -euo pipefail
twin=$(realpath "$1")
runs=${RUNS:-5}
count=${COUNT:-500000}
work=$(mktemp -d "${TMPDIR:-/tmp}/parktwin-bench-XXXXXX")
export TWIN_DATA_DIR="$work/data"
trap '"$twin" db stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$twin" db start >/dev/null
base=$("$twin" db url)
url() { printf '%s' "${base%/*}/$1"; }
export PGOPTIONS="--client-min-messages=warning"
sql() { psql -qX -v ON_ERROR_STOP=1 "$base" -c "$1"; }
seconds() { local began; began=$(date +%s.%N); "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; echo "$(date +%s.%N) $began" | awk '{printf "%.2f\n", $1 - $2}'; }
fresh() { sql "DROP DATABASE IF EXISTS $1 WITH (FORCE)"; sql "CREATE DATABASE $1"; psql -qX "$(url "$1")" -c 'CREATE EXTENSION IF NOT EXISTS postgis'; }
median() { sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }

# compare NAME MANIFEST ROOT SOURCE [OGR LAYERS…]: import the same files both ways, in turn.
compare() {
  local name=$1 manifest=$2 root=$3; shift 3
  : >"$work/ours"; : >"$work/theirs"; : >"$work/again"
  for _ in $(seq "$runs"); do
    fresh bench_theirs
    seconds ogr2ogr -q -f PostgreSQL "PG:$(url bench_theirs)" "$@" --config PG_USE_COPY YES -nlt PROMOTE_TO_MULTI >>"$work/theirs"
    fresh bench_ours
    TWIN_DATABASE_URL=$(url bench_ours) seconds "$twin" import "$manifest" --root "$root" --json >>"$work/ours"
    TWIN_DATABASE_URL=$(url bench_ours) seconds "$twin" import "$manifest" --root "$root" --json >>"$work/again"
  done
  local ours theirs again
  ours=$(median <"$work/ours"); theirs=$(median <"$work/theirs"); again=$(median <"$work/again")
  echo "import $name: twin $ours s, ogr2ogr COPY $theirs s, ratio $(awk "BEGIN{printf \"%.2f\", $ours/$theirs}"); the same file again $again s (median of $runs)"
}

target/debug/examples/many_buildings "$count" "$work/many" >/dev/null
compare "$count buildings" "$work/many/park.toml" "$work/many" "$work/many/buildings.gpkg"
target/debug/examples/box_query "$(url bench_ours)" many

if [ -n "${TWIN_REAL_DATA:-}" ]; then
  gaeu="$TWIN_REAL_DATA/gaeu_ch"
  compare "Gäu" importers/parks/gaeu_ch.park.toml "$gaeu" "$gaeu/gaeu_cadastre.gpkg" parcel building street pipeline landcover control_point
fi

target/debug/examples/frame_time 10000
