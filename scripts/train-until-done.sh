#!/usr/bin/env bash
# Trains until done, for machines without a batch system that would do it: after a crash the run goes on from its last
# checkpoint, a bounded number of times, on the hosts that still answer.
#
#     scripts/train-until-done.sh --run DIR [--ranks N] [--hosts FILE] [--restarts 10] [--probe "ssh HOST true"]
#         [--launcher "mpirun …"] -- OPTIONS OF frontprop train
#
#   --ranks N      ranks to start [as many as the launcher has slots for]
#   --hosts FILE   lines of "HOST slots=N"; hosts that do not answer are left out of the next start
#   --probe CMD    how a host is asked whether it is there; HOST stands for its name [ssh -o ConnectTimeout=5 HOST true]
#
# $FRONTPROP_BINARY names the program [frontprop on the PATH, or .build/release/frontprop]. SIGTERM, SIGINT and SIGHUP are
# handed on as SIGUSR1: the run is saved, and this script ends with 75 and starts nothing again, whenever they come. Else
# it ends with the program's code, and does not start again what would fail again: bad usage (64), data (65), missing
# input (66), an output that cannot be written (73), MPI set up wrongly (76), divergence (77).
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# From the first moment on.
stopping='' job='' started=0
trap 'stopping=yes; hand_on' TERM INT HUP

# Hands the request on to the job, if there is one yet.
hand_on() {
    # With a status: what stands before a trap may have ended with any.
    if [ -z "$job" ]; then return 0; fi
    kill -USR1 "$job" 2>/dev/null || true
    # mpirun forgets a signal that comes before it has started its ranks.
    if [ $((SECONDS - started)) -lt 3 ]; then
        (
            sleep 3
            kill -USR1 "$job" 2>/dev/null
        ) >/dev/null 2>&1 &
    fi
}

usage() {
    sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
    exit 64
}

run='' ranks='' hosts='' restarts=10 launcher=mpirun probe='ssh -o BatchMode=yes -o ConnectTimeout=5 HOST true'
while [ $# -gt 0 ]; do
    case $1 in
    --run) run=${2:?} ;;
    --ranks) ranks=${2:?} ;;
    --hosts) hosts=${2:?} ;;
    --restarts) restarts=${2:?} ;;
    --probe) probe=${2:?} ;;
    --launcher) launcher=${2:?} ;;
    --)
        shift
        break
        ;;
    *) usage ;;
    esac
    shift 2
done
if [ -z "$run" ]; then usage; fi
program=${FRONTPROP_BINARY:-$(command -v frontprop || echo "$root_folder/.build/release/frontprop")}
prepare_mpi "${ranks:-1}"
living=$(mktemp)
trap 'rm -f "$living"' EXIT

# Writes the hosts that answer to $living; fails when there are none.
find_living() {
    : >"$living"
    local host rest
    while read -r host rest; do
        case $host in '' | '#'*) continue ;; esac
        if bash -c "${probe//HOST/$host}" </dev/null >/dev/null 2>&1; then
            echo "$host $rest" >>"$living"
        else
            echo "train-until-done: $host does not answer; going on without it" >&2
        fi
    done <"$hosts"
    [ -s "$living" ]
}

slots() { awk '{ n = 1; if (match($0, /slots=[0-9]+/)) n = substr($0, RSTART + 6, RLENGTH - 6); sum += n } END { print sum }' "$1"; }

# Waits for the job, and sets status. A signal ends one wait, not the job.
finish() {
    wait "$job" && status=0 || status=$?
    while kill -0 "$job" 2>/dev/null; do
        wait "$job" && status=0 || status=$?
    done
    job=''
}

end_where_stopped() {
    if [ -n "$stopping" ]; then
        echo "train-until-done: stopped by a signal; the same command goes on" >&2
        exit 75
    fi
}

for attempt in $(seq 0 "$restarts"); do
    # shellcheck disable=SC2206 # a command and its words
    command=($launcher "${mpi_options[@]}")
    count=$ranks
    if [ -n "$hosts" ]; then
        if ! find_living; then
            echo "train-until-done: no host of $hosts answers" >&2
            exit 70
        fi
        available=$(slots "$living")
        if [ -z "$count" ] || [ "$count" -gt "$available" ]; then count=$available; fi
        command+=(--hostfile "$living")
    fi
    if [ -n "$count" ]; then command+=(-n "$count"); fi
    end_where_stopped
    if [ -e "$run/config.json" ]; then
        "${command[@]}" "$program" train --resume "$run" &
    else
        "${command[@]}" "$program" train --run "$run" "$@" &
    fi
    job=$! started=$SECONDS
    # It may have come while there was no job to hand it on to.
    if [ -n "$stopping" ]; then hand_on; fi
    finish
    case $status in
    0 | 64 | 65 | 66 | 73 | 76 | 77) exit "$status" ;;
    esac
    end_where_stopped
    if [ "$attempt" = "$restarts" ]; then break; fi
    echo "train-until-done: ended with $status; restart $((attempt + 1)) of $restarts" >&2
    # In the background, so that a signal is answered at once.
    sleep 1 &
    wait $! || true
done
exit "$status"
