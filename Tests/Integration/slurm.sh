#!/usr/bin/env bash
# Runs scripts/cluster/frontprop.slurm in a Slurm of two virtual nodes: the job is signalled, stops with a checkpoint,
# requeues itself, resumes, and must end with the bits of the serial run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=virtual-hosts.sh
. "$(dirname "$0")/virtual-hosts.sh"
find_program
for tool in slurmctld slurmd sbatch; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null || skip "the command $tool is missing (packages slurmctld, slurmd, slurm-client)"
done
if [ "$(id -u)" != 0 ]; then skip "slurmd starts jobs as root alone"; fi
enter_namespaces "$@"
PATH=$PATH:/usr/sbin
hosts=2
epochs=40
batch=$(realpath "$(dirname "$0")/../../scripts/cluster/frontprop.slurm")
make_hosts "$hosts"

fail() {
    echo "FAILED: $*"
    tail -n 30 "$work"/slurm*.log "$work"/job.log 2>/dev/null || true
    exit 1
}
hash_of() { sed -n 's/^weights-sha256: //p' "$1"; }
wait_for() { # wait_for SECONDS WHAT COMMAND…
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $end ]; then fail "waited too long for $what"; fi
        sleep 0.2
    done
}

export SLURM_CONF=$work/slurm.conf
# Every node says that it has two cores, so that a job of 2 nodes × 2 ranks fits wherever this runs.
cat >"$SLURM_CONF" <<CONF
ClusterName=frontprop
SlurmctldHost=node1
SlurmUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SchedulerType=sched/builtin
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=node[1-$hosts] CPUs=2 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
mkdir -p "$work/state"
on_host 1 slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.out" 2>&1 &
for ((i = 1; i <= hosts; i++)); do
    on_host "$i" slurmd -D -N "node$i" -f "$SLURM_CONF" >"$work/slurmd-$i.out" 2>&1 &
done
idle() { [ "$(on_host 1 sinfo -h -t idle -o %D)" = $hosts ]; }
wait_for 20 "the nodes" idle
on_host 1 sinfo

mkdir "$work/data"
on_host 1 mount -t tmpfs none "$work/data"
on_host 1 "$program" data synthesize "$work/data" >/dev/null
options=(--data "$work/data" --train-limit 12000 --test-limit 1000 --slices 12 --epochs "$epochs")
on_host 1 "$program" train "${options[@]}" --quiet --threads 1 --run "$work/serial" >"$work/serial.log"
echo "serial:        $(hash_of "$work/serial.log")"

submit() {
    on_host 1 env FRONTPROP_BINARY="$program" FRONTPROP_RUN="$work/run" FRONTPROP_NETWORK="$network.0/24" \
        OMPI_MCA_mpi_yield_when_idle=1 sbatch "$@" --output="$work/job.log" "$batch" "${options[@]}"
}
submit --test-only 2>&1 | sed 's/^/sbatch --test-only: /'
id=$(submit --parsable)
running() { [ "$(grep -c '"event":"epoch"' "$work/run/metrics.jsonl")" -ge "$1" ]; }
wait_for 60 "the job's fifth epoch" running 5
# What --signal=B:USR1@120 does 120 s before the time limit.
on_host 1 scancel --batch --signal=USR1 "$id"
requeued() { on_host 1 scontrol show job "$id" | grep -q "Restarts=1"; }
wait_for 60 "the requeue" requeued
on_host 1 scontrol show job "$id" | grep -E "JobState|Restarts"
finished() { on_host 1 scontrol show job "$id" | grep -qE "JobState=(COMPLETED|FAILED|NODE_FAIL)"; }
wait_for 120 "the resumed job" finished
on_host 1 scontrol show job "$id" | grep -E "JobState|ExitCode"
grep -E "^start|^stopped|sha256" "$work/job.log"
[ "$(hash_of "$work/job.log")" = "$(hash_of "$work/serial.log")" ] || fail "other bits than the serial run"
echo "passed"
