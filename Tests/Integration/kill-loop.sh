#!/usr/bin/env bash
# Kills a rank of `mpirun -n 3 frontprop train` at a random moment, again and again, and resumes each run on another
# layout: every one must end with the hash of a run that nobody killed. In every second run the kill waits for a
# checkpoint that is being written.
#
#     Tests/Integration/kill-loop.sh [RUNS [SEED [OPTION…]]]
#
# The options are those of train, for another run than the default's.
# $FRONTPROP_BINARY names the program [.build/release/frontprop].
set -euo pipefail
. "$(dirname "$0")/../../scripts/lib.sh"
runs=${1:-30}
seed=${2:-1}
recipe=("${@:3}")
RANDOM=$seed
echo "kill-loop.sh $runs $seed ${recipe[*]}"
program=${FRONTPROP_BINARY:-$root_folder/.build/release/frontprop}
prepare_mpi 1000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
options=(--train-limit 6000 --test-limit 500 --batch-size 130 --epochs 60 --checkpoint-every 5steps --quiet
    "${recipe[@]}")

hash_of() { sed -n 's/^weights-sha256: //p' "$1"; }

"$program" train --run "$folder/whole" "${options[@]}" >"$folder/whole.txt"
expected=$(hash_of "$folder/whole.txt")
echo "uninterrupted: $expected"

# Kills a random rank of the mpirun $1; with $3 = write, in the middle of a checkpoint's write.
kill_one() {
    local launcher=$1 run=$2 moment=$3 ranks victim
    while [ ! -e "$run/config.json" ] && kill -0 "$launcher" 2>/dev/null; do sleep 0.01; done
    sleep "0.$(printf '%03d' $((RANDOM % 900)))"
    mapfile -t ranks < <(pgrep -P "$launcher" || true)
    if [ "${#ranks[@]}" = 0 ]; then return 1; fi
    victim=${ranks[$((RANDOM % ${#ranks[@]}))]}
    if [ "$moment" = write ]; then
        # Rank 0, the first that was started, writes.
        victim=${ranks[0]}
        for _ in $(seq 20000); do
            if compgen -G "$run/checkpoints/*.part-*" >/dev/null; then break; fi
        done
    fi
    kill -9 "$victim" 2>/dev/null
}

good=0 killed=0 torn=0
layouts=("" "mpirun -n 2" "mpirun -n 4" "")
for run in $(seq "$runs"); do
    moment=any
    if [ $((run % 2)) = 0 ]; then moment='write'; fi
    mpirun "${mpi_options[@]}" -n 3 "$program" train --run "$folder/run" --threads 1 "${options[@]}" \
        >"$folder/first.txt" 2>"$folder/first.log" &
    launcher=$!
    if kill_one "$launcher" "$folder/run" "$moment"; then killed=$((killed + 1)); fi
    status=0
    wait "$launcher" || status=$?
    if compgen -G "$folder/run/checkpoints/*.part-*" >/dev/null; then torn=$((torn + 1)); fi

    layout=${layouts[$((run % 4))]}
    threads=1
    if [ $((run % 4)) = 0 ]; then threads=2; fi
    # shellcheck disable=SC2086 # the layout is a command and its words
    if ! ${layout:+$layout "${mpi_options[@]}"} "$program" train --resume "$folder/run" --threads "$threads" --quiet \
        >"$folder/second.txt" 2>"$folder/second.log"; then
        cat "$folder/second.log"
    fi
    hash=$(hash_of "$folder/second.txt")
    verdict=DIFFERS
    if [ "$hash" = "$expected" ]; then
        good=$((good + 1))
        verdict=same
    fi
    place=$(sed -n 's/.*"epoch":\([0-9]*\),"event":"resume".*"step":\([0-9]*\).*/epoch \1 step \2/p' "$folder/run/metrics.jsonl")
    echo "run $run: ended with $status, resumed (${layout:-no mpirun}, $threads threads) from ${place:-?}: $verdict"
    rm -rf "$folder/run"
done
echo "$good of $runs runs end with the uninterrupted run's hash; $killed were killed, $torn of them in the middle of a checkpoint's write"
[ "$good" = "$runs" ]
