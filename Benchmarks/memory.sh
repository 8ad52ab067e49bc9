#!/usr/bin/env bash
# Measures what a node's memory holds while the classifier trains, for four workers as ranks and as threads.
#
#     Benchmarks/memory.sh DATA
#
# DATA is what `frontprop train --data` takes. Three layouts in turn: a process of four threads that no launcher started, the
# same as one rank, and four ranks; of each the sum of PSS (proportional set size, /proc/PID/smaps_rollup) over its processes
# after three epochs, the ratios, and by kind of mapping what a further rank adds. A page that other programs map, too, counts
# in part, so run nothing else that is written in Swift. FRONTPROP_BINARY names a built program.
set -euo pipefail
. "$(dirname "$0")/../scripts/lib.sh"
data=${1:?usage: Benchmarks/memory.sh DATA}
program=${FRONTPROP_BINARY:-}
if [ -z "$program" ]; then
    (cd "$root_folder" && swift build -c release --product frontprop "${lean_build[@]}")
    program=$(cd "$root_folder" && swift build -c release "${lean_build[@]}" --show-bin-path)/frontprop
fi
program=$(realpath "$program")
prepare_mpi 4
# Pages of a program that is not yet on disk would count as written to.
sync
work=$(mktemp -d)
job=
trap '[ -z "$job" ] || kill "$job"; wait; rm -rf "$work"' EXIT

# measure NAME THREADS LAUNCHER…: the smaps of all processes to NAME.smaps, the sum of PSS, in kB, to NAME.total.
measure() {
    local name=$1 threads=$2 run=$work/$1 process
    shift 2
    "$@" "$program" train --data "$data" --threads "$threads" --epochs 1000000 --run "$run" >"$work/$name.log" 2>&1 &
    job=$!
    until [ "$(grep -c '"epoch"' "$run/metrics.jsonl" 2>/dev/null)" -gt 3 ] 2>/dev/null; do
        kill -0 "$job" 2>/dev/null || { job= && cat "$work/$name.log" >&2 && exit 1; }
        sleep 0.2
    done
    for process in $(pgrep -f -- "--run $run"); do
        if [ "$(readlink "/proc/$process/exe")" = "$program" ]; then
            cat "/proc/$process/smaps" >>"$work/$name.smaps"
            cat "/proc/$process/smaps_rollup" >>"$work/$name.rollup"
        fi
    done
    kill "$job"
    wait "$job" || true
    job=
    awk '/^Pss:/ { sum += $2 } END { print sum }' "$work/$name.rollup" >"$work/$name.total"
}

mpirun=(mpirun "${mpi_options[@]}" --bind-to none)
measure process 4
measure rank 4 "${mpirun[@]}" -n 1
measure ranks 1 "${mpirun[@]}" -n 4

awk -v process="$(<"$work/process.total")" -v rank="$(<"$work/rank.total")" -v ranks="$(<"$work/ranks.total")" 'BEGIN {
    printf "one process, 4 threads: %5.1f MB\n", process / 1024
    printf "1 rank, 4 threads:      %5.1f MB\n", rank / 1024
    printf "4 ranks, 1 thread each: %5.1f MB, %.2f times 1 rank, %.2f times one process\n", ranks / 1024, ranks / rank,
        ranks / process
}'

# What is of a file is the process's own where it was written to, and else shared with whoever maps it.
awk -v program="$program" '
    FNR == 1 { layout++ }
    /^[0-9a-f]+-[0-9a-f]+ / {
        path = NF > 5 ? $6 : ""
        if (path == "[heap]") kind = "heap"
        else if (path !~ /^\// || path ~ /^\/dev\//) kind = "windows, stacks, other memory"
        else if (path == program || path ~ /swift|Foundation|dispatch|BlocksRuntime/) kind = "program and Swift"
        else if (path ~ /mpi|pmix|open-|hwloc|event|mca_|X11|xcb|xml2|icu|libnl|udev|pciaccess/) kind = "MPI and what it loads"
        else kind = "other libraries"
        isFile = kind !~ /^heap|memory$/
    }
    /^Pss:/ { pss = $2 }
    /^Private_Dirty:/ {
        if (isFile) {
            size[kind ": written to", layout] += $2
            size[kind ": shared", layout] += pss - $2
            kinds[kind ": written to"]; kinds[kind ": shared"]
        } else {
            size[kind, layout] += pss
            kinds[kind]
        }
    }
    END {
        printf "\n%-36s %8s %8s %8s %8s %8s\n", "kB", "process", "1 rank", "4 ranks", "further", "(to process)"
        order = "sort"
        for (kind in kinds) {
            one = size[kind, 1]; rank = size[kind, 2]; four = size[kind, 3]
            printf "%-36s %8d %8d %8d %8d %8d\n", kind, one, rank, four, (four - rank) / 3, (four - one) / 3 | order
        }
    }' "$work/process.smaps" "$work/rank.smaps" "$work/ranks.smaps"
