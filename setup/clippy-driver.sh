#!/usr/bin/env bash
# The compiler of the workspace while it is looked at (setup/lint.sh): clippy-driver, which for what nothing else is made of, programs and
# tests, stops before machine code. Called by cargo with the compiler's path and its arguments.
set -euo pipefail
arguments=("$@")
case " $* " in
  *" --crate-name build_script_"*) ;;
  *" --test "* | *" --crate-type bin "*)
    for at in "${!arguments[@]}"; do
      [ "${arguments[$at]}" = "--emit=dep-info,link" ] && arguments[at]="--emit=dep-info,metadata"
    done
    ;;
esac
exec "$CLIPPY_DRIVER" "${arguments[@]}"
