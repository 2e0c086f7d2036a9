#!/usr/bin/env bash
# Finds or installs what ParkTwin needs: libraries to build with, the PostGIS server, software Vulkan, fonts.
# Quick when nothing is missing; asks for sudo only when something is; on other systems says what to install.
set -euo pipefail

PACKAGES=(
  build-essential pkg-config          # C parts of a few crates
  cmake libclang1                     # EPANET, for pressures in water mains: its C code, and its header bound to Rust
  libsqlite3-dev                      # the SQLite that GDAL brings along, for park packages
  libgdal-dev gdal-bin                # reading and writing every file format; ogr2ogr is the peer in benchmarks
  postgresql postgresql-client postgresql-15-postgis-3 postgresql-15-postgis-3-scripts
  libvulkan1 mesa-vulkan-drivers      # a Vulkan driver that needs no graphics card
  libx11-6 libxcursor1 libxi6 libxrandr2 libxkbcommon-x11-0 libudev-dev
  xvfb xdotool imagemagick            # a screen for the window's own tests
  python3 python3-pip                 # WNTR, beside which segmentation and pressures are tested (setup/oracles.sh)
  time                                # peak memory in benchmarks
  fonts-noto-core fonts-noto-cjk      # letters of the pictures, Chinese included
)

say() { printf 'set-up: %s\n' "$*"; }

if [ ! -r /etc/os-release ] || ! grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || ! command -v dpkg-query >/dev/null; then
  missing=()
  command -v gdal-config >/dev/null || missing+=("GDAL 3.6 or later with its headers")
  command -v pg_config >/dev/null || [ -n "${TWIN_DATABASE_URL:-}" ] || missing+=("PostgreSQL 15 with PostGIS 3.3 (server and pg_config)")
  pkg-config --exists sqlite3 2>/dev/null || missing+=("SQLite 3.34 or later with its headers")
  command -v cmake >/dev/null || missing+=("cmake, and libclang for bindgen (EPANET is built with them)")
  command -v pkg-config >/dev/null || missing+=("pkg-config and a C compiler")
  if [ ${#missing[@]} -gt 0 ]; then
    say "this system is not Debian 12, so nothing is installed for you. Please install:"
    printf '  - %s\n' "${missing[@]}" "a Vulkan driver (Mesa's lavapipe will do)" "Xvfb, xdotool, ImageMagick (for the tests)" "Noto Sans and Noto Sans CJK"
    exit 1
  fi
  say "not Debian 12; GDAL and PostgreSQL are there, so going on. PostGIS, Vulkan, Xvfb and the Noto fonts are yours to check."
  exit 0
fi

missing=()
for package in "${PACKAGES[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done

if ! command -v cargo >/dev/null; then
  say "cargo is not on the PATH. Install Rust 1.95 or later (https://rustup.rs), then run this again."
  exit 1
fi

if [ ${#missing[@]} -eq 0 ]; then
  say "nothing missing"
  exit 0
fi

say "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { say "sudo is not here; as root run: apt-get install --no-install-recommends ${missing[*]}"; exit 1; }
  as_root=(sudo)
fi
# The distribution would start a server of its own; ParkTwin runs a private one, so a fresh install starts none.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  "${as_root[@]}" mkdir -p /etc/postgresql-common
  printf 'create_main_cluster = false\n' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"
say "done"
