#!/usr/bin/env bash
# Runs the real program on a cluster that is simulated by SimGrid's SMPI, and writes its points as JSON lines.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

usage() {
    cat <<'USAGE'
usage: scripts/simulate.sh [OPTION…] OUTPUT.jsonl [-- OPTION-OF-TRAIN…]

Builds frontprop with SimGrid's SMPI in Open MPI's place and trains on a simulated cluster: each node has one rank of one
thread and a link of its own to one switch. The arithmetic is really done, so the weights are the real ones, and their
hash must be that of one rank; its time is what one core of this machine takes, one rank after the other. Messages take
the time that the links and the all-reduce's algorithm imply. Appends a point for each number of ranks, as Docs/scaling.md says.

  --ranks 1,4,16,64,256   numbers of nodes; the first is also the one whose hash the others must have
  --batch 1000            samples of a minibatch
  --link-rate 1e10        bits/s of each node's link
  --latency 2e-5          seconds from node to node
  --algorithm NAME        of the all-reduce: rabenseifner, ring, recursive-doubling, or ompi: Open MPI's own choice [ompi]
  --slices N              slices of a minibatch [the ladder's for the most ranks, for all]
  --steps 12              steps of an epoch; the training set is that many minibatches, synthetic
  --epochs 4              the first is the warm-up, and not counted
  --model NAME            as in frontprop train [classifier]
  --data NAME             as in frontprop train [synthetic]
  --optimizer NAME        as in frontprop train [sgd]; with lm or lbfgs a step is of the whole set, of --batch samples

256 nodes need about 7 GB of memory, and a minute for 50 steps of the classifier.
USAGE
}

ranks_list=1,4,16,64,256
batch=1000
link_rate=1e10
latency=2e-5
algorithm=ompi
slices=
steps=12
epochs=4
model=classifier
data=synthetic
optimizer=sgd
while [ $# -gt 0 ]; do
    case $1 in
    --ranks) ranks_list=$2 ;;
    --batch) batch=$2 ;;
    --link-rate) link_rate=$2 ;;
    --latency) latency=$2 ;;
    --algorithm) algorithm=$2 ;;
    --slices) slices=$2 ;;
    --steps) steps=$2 ;;
    --epochs) epochs=$2 ;;
    --model) model=$2 ;;
    --data) data=$2 ;;
    --optimizer) optimizer=$2 ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 64 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# -lt 1 ] || { [ $# -gt 1 ] && [ "$2" != -- ]; }; then usage >&2; exit 64; fi
output=$(realpath "$1")
train=("${@:3}")
case $optimizer in
lm | lbfgs) steps=1 ;;
*) train+=(--batch-size "$batch") ;;
esac
case $algorithm in
ompi) choice=ompi ;;
rabenseifner) choice=rab_rdb ;;
ring) choice=lr ;;
recursive-doubling) choice=rdb ;;
*) usage >&2; exit 64 ;;
esac

cd "$root_folder"
install_packages
need "command -v smpirun" libsimgrid-dev

# The package asks pkg-config for ompi-c; here that is SMPI.
folder=$root_folder/.build-simulation
mkdir -p "$folder/pkgconfig"
cat >"$folder/pkgconfig/ompi-c.pc" <<PC
Name: ompi-c
Description: SimGrid's SMPI in Open MPI's place
Version: 0
Cflags: -I$(dirname "$(find /usr/include /usr/local/include -name smpi_helpers.h -print -quit)")
Libs: -lsimgrid
PC
say "building for SMPI"
build=(swift build -c release --product frontprop --scratch-path "$folder" --static-swift-stdlib)
PKG_CONFIG_PATH=$folder/pkgconfig "${build[@]}" >"$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }
objects=$(PKG_CONFIG_PATH=$folder/pkgconfig "${build[@]}" --show-bin-path)/frontprop.product/Objects.LinkFileList
# SMPI loads a copy of the program for each rank, so that each has its own globals: a shared object with Swift's runtime in
# it. The tables of Foundation's Unicode library, three fifths of the file, stay outside.
runtime=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift/linux
cc -O2 -fPIC -c -o "$folder/main.o" scripts/simulation/main.c
swiftc -emit-library -static-stdlib -o "$folder/frontprop.so" "$folder/main.o" "$runtime/lib_FoundationICU.so" "@$objects" \
    -Xlinker "-rpath=$runtime" -Xlinker --gc-sections -Xlinker --strip-all -Xlinker -Bsymbolic \
    -lsimgrid -lz -lm 2>&1 | { grep -v mktemp || true; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
IFS=, read -r -a counts <<<"$ranks_list"
most=$(printf '%s\n' "${counts[@]}" | sort -n | tail -1)
if [ -z "$slices" ]; then # the published ladder
    slices=8
    next=16
    while [ "$slices" -lt "$most" ]; do
        read -r slices next <<<"$next $((slices == 8 ? 24 : 2 * slices))"
    done
fi
# A message crosses two links. Core speed 1: as fast as here.
awk -v n="$most" -v rate="$link_rate" -v latency="$latency" 'BEGIN {
    print "<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">"
    printf "<cluster id=\"cluster\" prefix=\"node-\" suffix=\"\" radical=\"0-%d\" speed=\"1Gf\" bw=\"%.0fBps\" lat=\"%gs\"/>\n",
        n - 1, rate / 8, latency / 2
    print "</platform>" }' >"$work/platform.xml"
for ((i = 0; i < most; i++)); do echo "node-$i"; done >"$work/hosts"

# value KEY FILE: of the last line that has it
value() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$2" | tail -1; }
# values KEY FILE: of the epochs after the first
values() { sed -n "/\"event\":\"epoch\"/s/.*\"$1\":\([^,}]*\).*/\1/p" "$2" | tail -n +2; }
# The median of lines, a step's; nothing of none.
median() {
    sort -g | awk -v steps="$steps" '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 / steps }'
}
# phase KEY FILE: a step's median
phase() { values "$1" "$2" | median; }

expected=
for ranks in "${counts[@]}"; do
    run=$work/run-$ranks
    say "$ranks simulated ranks, batch $batch, $slices slices"
    smpirun -np "$ranks" -platform "$work/platform.xml" -hostfile "$work/hosts" \
        --cfg=smpi/host-speed:1Gf --cfg=smpi/wtime:0 --cfg=smpi/lat-factor:0:1 --cfg=smpi/bw-factor:0:1 \
        --cfg=smpi/coll-selector:mpich --cfg=smpi/allreduce:"$choice" --log=root.thres:critical \
        "$folder/frontprop.so" train --model "$model" --data "$data" --optimizer "$optimizer" \
        --train-limit $((batch * steps)) --test-limit 100 --epochs "$epochs" --slices "$slices" --threads 1 --quiet \
        --run "$run" "${train[@]}"
    metrics=$run/metrics.jsonl
    hash=$(value weights_sha256 "$metrics")
    : "${expected:=$hash}"
    if [ "$hash" != "$expected" ]; then echo "FAILED: other weights than on ${counts[0]} ranks" >&2; exit 1; fi
    tries=$(values tries "$metrics" | median)
    known_algorithm=
    case $algorithm in rabenseifner | ring) known_algorithm="\"allreduce_algorithm\":\"$algorithm\"," ;; esac
    cat >>"$output" <<POINT
{"id":"simulated-$(value model "$metrics")-$optimizer-$ranks-b$batch-$algorithm-$link_rate-$latency","source":"simulated","kind":"strong","nodes":$ranks,"ranks":$ranks,"threads":1,"model":"$(value model "$metrics")","parameters":$(value parameters "$metrics"),"precision":"$(value precision "$metrics")","gradient":"$(value gradient "$metrics")","optimizer":"$optimizer",${tries:+"\"tries\":$tries,"}"batch_size":$batch,"slices":$slices,"reduction":"exact","steps":$steps,"epoch_seconds":[$(sed -n '/"event":"epoch"/s/.*"train_seconds":\([^,}]*\).*/\1/p' "$metrics" | paste -sd,)],"step_seconds":$(phase train_seconds "$metrics"),"phases":{"compute":$(phase compute "$metrics"),"wait":$(phase wait "$metrics"),"reduce":$(phase reduce "$metrics"),"update":$(phase update "$metrics")},"weights_sha256":"$hash","link_rate":$link_rate,"latency":$latency,$known_algorithm"cores_per_node":1,"note":"SMPI, all-reduce $algorithm; the arithmetic is done and timed on one core of the simulating machine, rank after rank, whose caches all ranks share"}
POINT
    tail -1 "$output" | sed 's/.*"step_seconds":\([^,]*\),"phases":\({[^}]*}\).*/a step takes \1 s: \2/'
    rm -rf "$run"
done
say "appended to $output"
