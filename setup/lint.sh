#!/usr/bin/env bash
# Clippy with warnings denied over every target of the workspace.
# clippy-driver is set as the workspace's compiler, so that dependencies come from the build that tests use anyway. What it compiles
# is never run: our own crates go without optimisation and debug information, programs and tests without machine code.
set -euo pipefail
CLIPPY_DRIVER="$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver)"
RUSTC_WORKSPACE_WRAPPER="$(realpath "$(dirname "$0")")/clippy-driver.sh"
export CLIPPY_DRIVER RUSTC_WORKSPACE_WRAPPER
export CLIPPY_ARGS="-Dwarnings"
plain=(--config profile.dev.opt-level=0 --config profile.dev.debug=false)
for crate in spatial-db importers analysis; do plain+=(--config "profile.dev.package.$crate.opt-level=0"); done
cargo build --locked --workspace --all-targets --keep-going "${plain[@]}"
