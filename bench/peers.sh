#!/usr/bin/env bash
# Installs the tools that bench/speed.ts and bench/quality.ts measure beside ours, at the versions that the figures of the READMEs were taken with. Run again, it changes nothing.
set -euo pipefail
venv="$(dirname "$0")/.peers"
pins=(splink==5.0.0 duckdb==1.5.6 anonlink==0.15.3 clkhash==0.18.3)
stamp="$venv/pins"
if [[ -f "$stamp" && "$(<"$stamp")" == "${pins[*]}" ]]; then
  echo "peers are installed: ${pins[*]}"
  exit 0
fi
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "${pins[@]}"
echo "${pins[*]}" > "$stamp"
echo "installed: ${pins[*]}"
