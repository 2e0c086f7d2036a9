#!/usr/bin/env bash
# Installs what answers are held beside: WNTR, for valve segmentation and pressures (tests), JuPedSim, for crowds (bench), into target/oracles. Quick when
# they are there. Where one cannot be had, says so and goes on: what needs it fails.
#   setup/oracles.sh [wntr|jupedsim]     both if none is named
set -uo pipefail
cd "$(dirname "$0")/.."

# oracle NAME VERSION WHAT: the package of that name and version, and what fails without it.
oracle() {
  local folder=target/oracles/$1 said
  [ "$(cat "$folder/.version" 2>/dev/null)" = "$2" ] && return 0
  rm -rf "$folder"
  mkdir -p "$folder"
  if said=$(python3 -m pip install --quiet --disable-pip-version-check --target "$folder" "$1==$2" 2>&1); then
    echo "$2" >"$folder/.version"
  else
    echo "$said" >&2
    echo "set-up: $1 $2 could not be installed with python3's pip; $3." >&2
  fi
}

asked=${1:-wntr jupedsim}
for name in $asked; do
  case $name in
    wntr) [ -n "${TWIN_ORACLE_WNTR:-}" ] || oracle wntr 1.5.0 "the tests segments_of_wntr and pressures_of_wntr will fail" ;;
    jupedsim) oracle jupedsim 1.4.0 "make bench goes without it" ;;
  esac
done
exit 0
