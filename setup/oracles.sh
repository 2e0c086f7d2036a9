#!/usr/bin/env bash
# Installs what answers are held beside: WNTR, for valve segmentation and pressures (tests), JuPedSim, for crowds (bench), into target/oracles; pgRouting,
# for networks (bench), as Debian's package for the server. Quick when they are there. Where one cannot be had, says so and goes on: what needs it fails,
# the bench goes without.
#   setup/oracles.sh [wntr|jupedsim|pgrouting]     all if none is named
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

# pgRouting for the server that setup/debian.sh installs.
pgrouting() {
  local package=postgresql-15-pgrouting as_root=() said
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] && return 0
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  if said=$("${as_root[@]}" apt-get update -q 2>&1 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package" 2>&1); then
    echo "set-up: installed $package"
  else
    echo "$said" >&2
    echo "set-up: $package could not be installed; make bench goes without it." >&2
  fi
}

asked=${1:-wntr jupedsim pgrouting}
for name in $asked; do
  case $name in
    wntr) [ -n "${TWIN_ORACLE_WNTR:-}" ] || oracle wntr 1.5.0 "the tests segments_of_wntr and pressures_of_wntr will fail" ;;
    jupedsim) oracle jupedsim 1.4.0 "make bench goes without it" ;;
    pgrouting) pgrouting ;;
  esac
done
exit 0
