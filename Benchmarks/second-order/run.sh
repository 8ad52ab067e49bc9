#!/usr/bin/env bash
# Levenberg–Marquardt and L-BFGS against their peers, on one core, and prints the tables, as Markdown.
#
#     Benchmarks/second-order/run.sh [--out DIR] [--seeds N] [--concrete FILE.csv] [--problems A,B] [--programs A,B] [--limit SECONDS]
#
# All takes about 13 minutes, on one core. FILE.csv is the table of concrete's strength, without which that problem is left out;
# problems.py has them all, with what is asked of each and how long a run may take. The first run makes a virtual environment beside
# this file and installs the peers into it; FRONTPROP_VENV names another, into which goes what it lacks. FRONTPROP_BINARY names a
# built program. The peers' settings are in settings.json; --tune looks for the best among those of programs.py, which takes hours,
# and writes them there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${FRONTPROP_VENV:-$here/.venv}
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
program=${FRONTPROP_BINARY:-}
if [ -z "$program" ]; then
    (cd "$here/../.." && swift build -c release --product frontprop)
    program=$here/../../.build/release/frontprop
fi
exec "$venv/bin/python" "$here/compare.py" --program "$program" "$@"
