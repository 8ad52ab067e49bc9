#!/usr/bin/env bash
# Times the readers of tables against pandas (its C reader), NumPy and h5py, in turn.
#
#     Benchmarks/tables/run.sh [ROWS] [COLUMNS] [REPEATS]
#
# Each reading is a process of its own: seconds of the reading alone and the process's largest resident size; medians are
# printed. Files were just written, so that they come from the page cache. FP_PYTHON names a Python with pandas and h5py.
set -euo pipefail
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$root_folder"
rows=${1:-1000000} columns=${2:-20} repeats=${3:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The modules as the program's build has them, and this folder's main file: a package would build all of them again.
swift build -c release --target Datasets >&2
build=$(swift build -c release --show-bin-path)
# The build's own list of objects: its folders may hold others, of files that are no more.
mapfile -t objects < <(grep -oE '"[^"]+\.o"' .build/release.yaml | tr -d '"' | sort -u |
    grep -E '/(Datasets|Storage|Resources|ChildProcesses|Kernels|RandomNumbers|Subprocess|SystemPackage|CKernels|CSignals|CSystem|_[A-Za-z]+)\.build/')
options=(-O -swift-version 6 -I "$build/Modules")
for folder in Sources/{CZlib,CCrypto} .build/checkouts/*/Sources/*/include; do options+=(-I "$folder"); done
for map in "$build"/C*.build/module.modulemap; do options+=(-Xcc "-fmodule-map-file=$map"); done
swiftc "${options[@]}" Benchmarks/tables/main.swift "${objects[@]}" -lz -lcrypto -lm -o "$work/reader"
"${FP_PYTHON:-python3}" Benchmarks/tables/tables.py "$work/reader" "$work" "$rows" "$columns" "$repeats"
