#!/usr/bin/env bash
# Clippy with warnings denied over every target of the workspace.
# clippy-driver is set as the workspace's compiler, so that dependencies come from the build that tests use anyway.
set -euo pipefail
export RUSTC_WORKSPACE_WRAPPER="$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver)"
export CLIPPY_ARGS="-Dwarnings"
cargo build --locked --workspace --all-targets --keep-going
