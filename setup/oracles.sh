#!/usr/bin/env bash
# Installs what tests hold our answers beside: WNTR, for valve segmentation and pressures, into target/oracles. Quick when it is there.
# Where it cannot be had, says so and goes on: the tests that need it fail.
set -uo pipefail
cd "$(dirname "$0")/.."
WNTR=1.5.0
folder=target/oracles/wntr
[ -n "${TWIN_ORACLE_WNTR:-}" ] && exit 0
[ "$(cat $folder/.version 2>/dev/null)" = "$WNTR" ] && exit 0
rm -rf "$folder"
mkdir -p "$folder"
if said=$(python3 -m pip install --quiet --disable-pip-version-check --target "$folder" "wntr==$WNTR" 2>&1); then
  echo "$WNTR" >"$folder/.version"
else
  echo "$said" >&2
  echo "set-up: WNTR $WNTR could not be installed with python3's pip; the tests segments_of_wntr and pressures_of_wntr will fail." >&2
fi
exit 0
