#!/usr/bin/env bash
# Whether the kernels give the same bits compiled for any x86-64, for AVX2 and for AVX-512, and as the loader chooses.
# Runs what this CPU can run, and says what it left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(uname -m)" = x86_64 ] || { echo "instruction sets: only x86-64 has several"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One version per file: a copy of the sources without the clones. The originals are only read.
mkdir "$work/single"
cp -RL Sources/CKernels/. "$work/single"
sed 's/^#if defined(__x86_64__)$/#if 0/' Sources/CKernels/clones.h > "$work/single/clones.h"
if cmp -s Sources/CKernels/clones.h "$work/single/clones.h"; then
    echo "instruction sets: clones.h has no clones to take out"
    exit 1
fi

digest() { # name, sources, flags…: prints the digests of that build
    local name=$1 sources=$2
    shift 2
    clang -O2 -Wall -Wno-psabi -I "$sources/include" "$@" Tests/InstructionSets/digest.c "$sources"/*.c -lm -o "$work/$name"
    "$work/$name" > "$work/$name.txt"
}

digest chosen Sources/CKernels
count=$(wc -l < "$work/chosen.txt")
[ "$count" -gt 0 ]
failed=0
for level in x86-64:sse2 x86-64-v3:avx2 x86-64-v4:avx512vl; do
    name=${level%%:*}
    if ! grep -qw "${level##*:}" /proc/cpuinfo; then
        echo "instruction sets: $name not tested, for this CPU cannot run it"
        continue
    fi
    digest "$name" "$work/single" -march="$name"
    if cmp -s "$work/chosen.txt" "$work/$name.txt"; then
        echo "instruction sets: $name gives the same bits in $count results"
    else
        echo "instruction sets: $name differs from what the loader chose:"
        diff "$work/chosen.txt" "$work/$name.txt" | head -20
        failed=1
    fi
done
exit "$failed"
