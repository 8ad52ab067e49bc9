#!/usr/bin/env bash
# Whether the whole program gives the golden hashes (Tests/Golden/hashes.txt) on processors with AVX2 (Haswell, EPYC) and on one
# without fused multiply-adds (Nehalem), emulated by qemu. No emulator, no test: it says so.
#
#   Tests/InstructionSets/program.sh PROGRAM [CPU…]     [Haswell EPYC Nehalem]
set -euo pipefail
program=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
processors=("$@")
[ $# -gt 0 ] || processors=(Haswell EPYC Nehalem)
if [ "$(uname -m)" != x86_64 ] || ! command -v qemu-x86_64 >/dev/null; then
    echo "one hash on any CPU: not tested, for there is no qemu-x86_64 (Debian's qemu-user) on x86-64 here"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check() { # PROCESSOR
    local hashes=$work/hashes-$1 errors=$work/errors-$1
    # qemu warns of what it does not emulate of a processor; that is no matter here.
    if ! Tests/Golden/make-hashes.sh "$program" qemu-x86_64 -cpu "$1" >"$hashes" 2>"$errors"; then
        cat "$errors"
        return 1
    elif cmp -s Tests/Golden/hashes.txt "$hashes"; then
        echo "one hash on any CPU: $1 has all $(grep -c '^[0-9a-f]\{64\}' "$hashes")"
    else
        echo "one hash on any CPU: $1 differs:"
        diff Tests/Golden/hashes.txt "$hashes"
    fi
}

# Side by side, for each is one thread.
checks=()
for processor in "${processors[@]}"; do
    check "$processor" &
    checks+=($!)
done
failed=0
for process in "${checks[@]}"; do wait "$process" || failed=1; done
# A processor without fused multiply-adds is warned of.
qemu-x86_64 -cpu Nehalem "$program" train --quiet --threads 1 --train-limit 2 --test-limit 2 --epochs 1 --model 784x2x10 \
    --run "$work/warned" >/dev/null 2>"$work/errors"
[ "$(grep -c 'fused multiply-adds' "$work/errors")" = 1 ] || { echo "no warning, or not one, without FMA"; failed=1; }
exit "$failed"
