#!/usr/bin/env bash
# The compiler of the workspace while it is looked at (setup/lint.sh): clippy-driver, which makes no machine code. What is made of a
# library of the workspace is its metadata, so whatever needs the library is given that. Called by cargo with the compiler's path and
# its arguments.
set -euo pipefail
arguments=()
for argument in "$@"; do
  case "$argument" in
    --emit=dep-info,link | --emit=dep-info,metadata,link) argument=--emit=dep-info,metadata ;;
    *=*.rlib)
      library=${argument#*=}
      [ -e "$library" ] || argument="${argument%.rlib}.rmeta"
      ;;
  esac
  arguments+=("$argument")
done
case " $* " in
  *" --crate-name build_script_"*) exec "$CLIPPY_DRIVER" "$@" ;;
  *) exec "$CLIPPY_DRIVER" "${arguments[@]}" ;;
esac
