#!/usr/bin/env bash
# Times Frontprop and its peers side by side on the same cores, and writes the table of ratios.
#
#     Benchmarks/compare/run.sh --data DIR [--out DIR] [--repeats N] [--models …] [--workers …]
#
# DIR holds MNIST's four IDX files. The first run makes a virtual environment beside this file and installs PyTorch, JAX,
# NumPy and mpi4py into it; FRONTPROP_VENV names one that has them already. FRONTPROP_BINARY names a built program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${FRONTPROP_VENV:-$here/.venv}
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
program=${FRONTPROP_BINARY:-}
if [ -z "$program" ]; then
    (cd "$here/../.." && swift build -c release --product frontprop)
    program=$here/../../.build/release/frontprop
fi
exec "$venv/bin/python" "$here/compare.py" --program "$program" "$@"
