#!/usr/bin/env bash
# Whether the kernels give the same bits compiled for any x86-64, for AVX2, for AVX-512, as the loader chooses, and for
# aarch64. Runs what this CPU and the tools that are installed can run, and says what it left out.
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

build() { # name, sources, flags…
    local name=$1 sources=$2
    local kernels
    mapfile -t kernels < <(find "$sources" -name "*.c")
    shift 2
    clang -O2 -Wall -Wno-psabi -I "$sources/include" "$@" Tests/InstructionSets/digest.c "${kernels[@]}" \
        -lm -o "$work/$name"
}

# All are built and run side by side.
begin() { # name, command that runs it, sources, flags…
    local name=$1 command=$2
    shift 2
    # shellcheck disable=SC2086 # the command's words
    { build "$name" "$@" && $command "$work/$name" > "$work/$name.txt"; } &
    started[$name]=$!
}

declare -A started
begin chosen "" Sources/CKernels
names=()
for level in x86-64:sse2 x86-64-v3:avx2 x86-64-v4:avx512vl; do
    name=${level%%:*}
    if ! grep -qw "${level##*:}" /proc/cpuinfo; then
        echo "instruction sets: $name not tested, for this CPU cannot run it"
        continue
    fi
    names+=("$name")
    begin "$name" "" "$work/single" -march="$name"
done
if command -v qemu-aarch64 >/dev/null && command -v aarch64-linux-gnu-gcc >/dev/null; then
    names+=(aarch64)
    begin aarch64 qemu-aarch64 "$work/single" --target=aarch64-linux-gnu -static \
        --ld-path="$(command -v aarch64-linux-gnu-ld)"
else
    echo "instruction sets: aarch64 not tested, for gcc-aarch64-linux-gnu or qemu-user is missing"
fi
for process in "${started[@]}"; do wait "$process"; done

failed=0
count=$(wc -l < "$work/chosen.txt")
[ "$count" -gt 0 ]
for name in "${names[@]}"; do
    if cmp -s "$work/chosen.txt" "$work/$name.txt"; then
        echo "instruction sets: $name gives the same bits in $count results"
    else
        echo "instruction sets: $name differs from what the loader chose:"
        diff "$work/chosen.txt" "$work/$name.txt" | head -20
        failed=1
    fi
done
exit "$failed"
