#!/usr/bin/env bash
# Trains on several virtual hosts over TCP, with the data on the first host alone; demands the bits of the serial run.
# Then a host is lost at mid-run: the job must end within 10 s, and go on on the remaining hosts to the same bits.
#
#   Tests/Integration/cluster.sh [HOSTS [RANKS-PER-HOST [OPTION…]]]     [3 2]
#
# The options are those of train, for another run than the default's.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=virtual-hosts.sh
. "$(dirname "$0")/virtual-hosts.sh"
find_program
enter_namespaces "$@"
hosts=${1:-3}
ranks=${2:-2}
limit_seconds=10
epochs=40
launch=$(realpath "$(dirname "$0")/../../scripts/cluster/launch.sh")
make_hosts "$hosts"

fail() {
    echo "FAILED: $*"
    exit 1
}
epochs_done() { { cat "$1/metrics.jsonl" 2>/dev/null || true; } | grep -c '"event":"epoch"' || true; }
hash_of() { sed -n 's/^weights-sha256: //p' "$1"; }
launch() { # launch HOST-COUNT ARGUMENTS…: on the first hosts
    for ((i = 1; i <= $1; i++)); do echo "node$i"; done >"$work/hostfile"
    shift
    on_host 1 env FRONTPROP_BINARY="$program" FRONTPROP_LAUNCH_AGENT="$work/agent" FRONTPROP_NETWORK="$network.0/24" \
        FRONTPROP_MPIRUN_OPTIONS="--mca mpi_yield_when_idle 1 --oversubscribe --bind-to none" \
        "$launch" --ranks "$ranks" --threads 1 "$work/hostfile" "$@"
}

mkdir "$work/data"
on_host 1 mount -t tmpfs none "$work/data"
on_host 1 "$program" data synthesize "$work/data" >/dev/null
for ((i = 2; i <= hosts; i++)); do
    if on_host "$i" test -e "$work/data/train-images-idx3-ubyte"; then fail "node$i sees the data"; fi
done
echo "the data are on $(on_host 1 hostname) alone: $(on_host 1 ls "$work/data" | wc -l) files"
training=(train --data "$work/data" --train-limit 12000 --test-limit 1000 --slices 12 --epochs "$epochs"
    "${@:3}")

on_host 1 "$program" "${training[@]}" --quiet --threads 1 --run "$work/serial" >"$work/serial.log"
expected=$(hash_of "$work/serial.log")
echo "serial:                     $expected"

launch "$hosts" "${training[@]}" --quiet --run "$work/cluster" >"$work/cluster.log"
echo "$hosts hosts x $ranks ranks:          $(hash_of "$work/cluster.log")"
[ "$(hash_of "$work/cluster.log")" = "$expected" ] || fail "other bits than the serial run"
echo "hosts of the ranks:         $(tr -d ' \n' <"$work/cluster/config.json" | sed 's/.*"hosts":\[\([^]]*\).*/\1/')"

launch "$hosts" "${training[@]}" --quiet --checkpoint-every 5steps --run "$work/killed" >"$work/killed.log" 2>&1 &
job=$!
until [ "$(epochs_done "$work/killed")" -ge 5 ]; do
    kill -0 "$job" 2>/dev/null || { cat "$work/killed.log"; fail "the run ended too early"; }
    sleep 0.05
done
start=$(date +%s%N)
kill_host "$hosts"
status=0
wait "$job" || status=$?
milliseconds=$((($(date +%s%N) - start) / 1000000))
echo "node$hosts is lost: the job ended with $status after $milliseconds ms"
[ "$status" != 0 ] || fail "it ended as if nothing had happened"
[ "$milliseconds" -le $((limit_seconds * 1000)) ] || fail "that took more than $limit_seconds s"
[ "$(epochs_done "$work/killed")" -lt "$epochs" ] || fail "the run was over before"
sleep 1
if pgrep -f "$program train" >/dev/null; then fail "processes are left behind"; fi

launch $((hosts - 1)) train --quiet --resume "$work/killed" >"$work/resumed.log"
echo "resumed on $((hosts - 1)) hosts:         $(hash_of "$work/resumed.log")"
[ "$(hash_of "$work/resumed.log")" = "$expected" ] || fail "other bits than the serial run"
echo "passed"
