#!/usr/bin/env bash
# Prints hashes.txt anew: what the runs of that table come to with a program. The table changes with `numerics` alone.
#
#   Tests/Golden/make-hashes.sh PROGRAM [COMMAND THAT STARTS IT…] >hashes.new && mv hashes.new Tests/Golden/hashes.txt
#   Tests/Golden/make-hashes.sh .build/release/frontprop qemu-x86_64 -cpu Haswell
set -euo pipefail
program=$(realpath "$1")
shift
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r hash options; do
    case $hash in
    '#') echo "# $options" ;;
    numerics) echo "numerics $options" ;;
    *)
        rm -rf "$work/run"
        read -ra words <<<"$options"
        words=("${words[@]/#GOLDEN/$PWD}")
        "$@" "$program" train --quiet --threads 1 --run "$work/run" "${words[@]}" >"$work/out" 2>"$work/errors" ||
            { cat "$work/errors" >&2; exit 1; }
        echo "$(sed -n 's/^weights-sha256: //p' "$work/out") $options"
        ;;
    esac
done <hashes.txt
