#!/usr/bin/env bash
# Times Frontprop and its peers side by side on the same cores, and prints the tables, as Markdown.
#
#     Benchmarks/compare/run.sh --data DIR [--out DIR] [--repeats N] [--works A,B] [--samples N] [--workers 1,2]
#
# All works take about an hour on two cores; works.py lists them. Wide networks, this program with --gradient backprop:
#
#     Benchmarks/compare/run.sh --data DIR --out wide --samples 20000 \
#         --works 784x256x256x10,784x1024x1024x10,784x2048x10,784x256x784,784x512x128x512x784
#
# DIR holds MNIST's four IDX files. The first run makes a virtual environment beside this file and installs PyTorch, JAX,
# NumPy, mpi4py and threadpoolctl into it; FRONTPROP_VENV names one that has them already. FRONTPROP_BINARY names a built program.
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
