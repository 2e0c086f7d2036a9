#!/usr/bin/env bash
# Measurements, each beside its peer in the same run; numbers go to docs/benchmarks.md by hand, with date and machine.
#   import: `twin import` against `ogr2ogr` with COPY into the same server, and the server's own floor
#   box query: the R-tree cache against PostGIS
#   land: all indicators of every parcel against the same question in SQL, compared value by value
#   land steps: a year's step of the time slider over 100,000 parcels: what stands, the overlays, the ranked list
#   networks: topology, isolation of a break and clearance of all pairs on 8,000 km, beside SciPy, petgraph, WNTR and GEOS where they are; then these
#     and shortest ways in pgRouting and PostGIS, answers compared, no statement longer than 300 s
#   hazard: a new wind over 20,000 buildings, a crowd in a hall, 20,000 people on streets
#   crowd: individuals in rooms against JuPedSim on the same walls with the same persons
#   incident: an hour of 20,000 people and 50 engines, a new wind over a city, and from a broken main to the draft of an alert
#   siting: 100,000 parcels against ten needs, and ranked again by other weights
#   window work: search, filter, sort and export of 115,436 buildings
#   frame: the lean material against Bevy's StandardMaterial and bare wgpu on software Vulkan
#   frame parts: what each pass takes of a frame of the sample park
#   city: first picture, frames, switches, picks and memory with 10,000, 115,436 and COUNT made-up buildings, and with New York
#   open: from the command to the first complete picture (setup/bench-window.sh)
# What is aimed for, where something is, stands in the line that a measurement prints.
set -euo pipefail
twin=$(realpath "$1")
runs=${RUNS:-5}
count=${COUNT:-1000000}
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

# Peak memory of the last command, the largest of its processes, MB.
peak() { awk '/Maximum resident/ {printf "%.0f\n", $6 / 1024}' "$work/usage"; }
measured() { seconds /usr/bin/time -v -o "$work/usage" "$@"; }

# compare NAME MANIFEST ROOT SOURCE [OGR ARGUMENTS…]: import the same files both ways, in turn.
#   first: into an empty database · again: the same files · reread: the same files, all rows read and compared
compare() {
  local name=$1 manifest=$2 root=$3; shift 3
  for what in ours theirs again reread overwrite memory; do : >"$work/$what"; done
  local ogr=(ogr2ogr -q -f PostgreSQL --config PG_USE_COPY YES -nlt PROMOTE_TO_MULTI -unsetFid)
  for _ in $(seq "$runs"); do
    fresh bench_theirs
    measured "${ogr[@]}" "PG:$(url bench_theirs)" "$@" >>"$work/theirs"
    measured "${ogr[@]}" -overwrite "PG:$(url bench_theirs)" "$@" >>"$work/overwrite"
    fresh bench_ours
    TWIN_DATABASE_URL=$(url bench_ours) measured "$twin" import "$manifest" --root "$root" --json >>"$work/ours"
    peak >>"$work/memory"
    TWIN_DATABASE_URL=$(url bench_ours) measured "$twin" import "$manifest" --root "$root" --json >>"$work/again"
    TWIN_DATABASE_URL=$(url bench_ours) measured "$twin" import "$manifest" --root "$root" --json --reread >>"$work/reread"
  done
  local ours theirs again reread overwrite memory
  for what in ours theirs again reread overwrite memory; do printf -v "$what" %s "$(median <"$work/$what")"; done
  ratio() { awk "BEGIN{printf \"%.2f\", $1/$2}"; }
  echo "import $name (median of $runs):"
  echo "  first     twin $ours s, ogr2ogr COPY $theirs s, ratio $(ratio "$ours" "$theirs"), 0.50 aimed for at a million; peak memory $memory MB"
  echo "  again     twin $again s, ogr2ogr -overwrite $overwrite s, ratio $(ratio "$again" "$overwrite")"
  echo "  reread    twin $reread s, ogr2ogr -overwrite $overwrite s, ratio $(ratio "$reread" "$overwrite")"
}

# floor TABLE: the server's own COPY of the bytes that the last import wrote, and the same indexes, without any client work.
floor() {
  local url; url=$(url bench_ours)
  psql -qX "$url" -c "COPY twin.$1 TO STDOUT (FORMAT binary)" >"$work/rows"
  local copy index
  copy=$(seconds psql -qX "$url" -v ON_ERROR_STOP=1 -c "BEGIN" -c "DROP TABLE IF EXISTS floor" -c "CREATE TABLE floor (LIKE twin.$1)" \
    -c "\\copy floor FROM '$work/rows' (FORMAT binary, FREEZE)" -c "COMMIT")
  index=$(seconds psql -qX "$url" -v ON_ERROR_STOP=1 -c "CREATE UNIQUE INDEX ON floor (park_id, feature_id)" \
    -c "CREATE UNIQUE INDEX ON floor (park_id, key)" -c "CREATE INDEX ON floor USING gist (geom)" -c "ANALYZE floor")
  echo "  floor     the server's COPY of the same $1 rows $copy s, indexes and statistics $index s"
  rm -f "$work/rows"
}

target/debug/examples/many_buildings "$count" "$work/many" >/dev/null
compare "$count synthetic buildings" "$work/many/park.toml" "$work/many" "$work/many/buildings.gpkg"
floor building
target/debug/examples/box_query "$(url bench_ours)" many

fresh bench_land
target/debug/examples/many_parcels "$count" "$work/land" >/dev/null
TWIN_DATABASE_URL=$(url bench_land) "$twin" import "$work/land/park.toml" --json >"$work/log"
target/debug/examples/land_indicators "$(url bench_land)" many-land
rm -rf "$work/land"
target/debug/examples/land_steps

if [ -n "${TWIN_REAL_DATA:-}" ]; then
  nyc="$TWIN_REAL_DATA/nyc_us/nyc_osm_buildings_115436.geojsonl.gz"
  mkdir "$work/nyc" && gunzip -c "$nyc" >"$work/nyc/buildings.geojsonl"
  printf '%s\n' '[park]' 'slug = "nyc"' 'crs = "EPSG:32618"' '[[layer]]' 'name = "building"' 'role = "building"' \
    'file = "buildings.geojsonl"' '[layer.fields]' 'height_m = "height"' >"$work/nyc/park.toml"
  compare "115,436 buildings of New York, OpenStreetMap" "$work/nyc/park.toml" "$work/nyc" "$work/nyc/buildings.geojsonl"
  floor building
  gaeu="$TWIN_REAL_DATA/gaeu_ch"
  compare "Gäu" importers/parks/gaeu_ch.park.toml "$gaeu" "$gaeu/gaeu_cadastre.gpkg" parcel building street pipeline landcover control_point
fi

setup/oracles.sh wntr
target/debug/examples/network_speed
setup/oracles.sh pgrouting
fresh bench_network
target/debug/examples/network_beside_pgrouting "$(url bench_network)"
sql "DROP DATABASE bench_network WITH (FORCE)"
target/debug/examples/hazard_speed
target/debug/examples/crowd_beside_jupedsim "$work/crowds.json"
setup/oracles.sh jupedsim
PYTHONPATH=target/oracles/jupedsim python3 setup/crowd_in_jupedsim.py "$work/crowds.json" || echo "crowd: JuPedSim did not run"

target/debug/examples/incident_speed
target/debug/examples/siting_speed
target/debug/examples/window_work
target/debug/examples/frame_time 10000
target/debug/examples/frame_time 115436
fresh bench_sample
"$twin" sample "$work/sample" >"$work/log"
TWIN_DATABASE_URL=$(url bench_sample) "$twin" import "$work/sample/park.toml" --json >"$work/log"
target/debug/examples/frame_parts "$(url bench_sample)" qingxi
for buildings in 10000 115436 "$count"; do target/debug/examples/city "$buildings"; done
if [ -n "${TWIN_REAL_DATA:-}" ]; then
  fresh bench_nyc
  export TWIN_DATABASE_URL; TWIN_DATABASE_URL=$(url bench_nyc)
  "$twin" import importers/parks/nyc_us.park.toml --root "$TWIN_REAL_DATA/nyc_us" --json >"$work/log"
  "$twin" pack nyc-us --out "$work/nyc.gpkg" --json >"$work/log"
  unset TWIN_DATABASE_URL
  target/debug/examples/city "$work/nyc.gpkg"
fi
setup/bench-window.sh "$twin"
