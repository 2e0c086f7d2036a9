#!/usr/bin/env bash
# The main job once, from files to pictures, with the product's own verbs.
set -euo pipefail
twin=$1 out=$2
mkdir -p "$out"
export TWIN_DATA_DIR="${TWIN_DATA_DIR:-$(realpath "$out")/data}"
step() { printf '\n\033[1m%s\033[0m\n' "$*"; "$@"; }
step "$twin" sample "$out/sample-park"
step "$twin" import "$out/sample-park/park.toml"
step "$twin" parks
for overlay in utilisation idle emergency networks; do
  step "$twin" shot qingxi --overlay "$overlay" --out "$out/qingxi-$overlay.png" --size 1600x1000
done
step "$twin" shot qingxi --overlay idle --imagery --out "$out/qingxi-photo.png" --size 1600x1000
step "$twin" pack qingxi --out "$out/qingxi.gpkg"
cat <<EOF

Pictures: $out/qingxi-utilisation.png, $out/qingxi-idle.png, $out/qingxi-emergency.png, $out/qingxi-networks.png,
$out/qingxi-photo.png
The window: TWIN_DATA_DIR=$TWIN_DATA_DIR $twin view qingxi
The same from one file, without a database: $twin view $out/qingxi.gpkg
EOF
