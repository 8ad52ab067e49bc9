#!/usr/bin/env bash
# Runs frontprop on the hosts of a file, through Open MPI's mpirun and ssh, without a batch system.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: scripts/cluster/launch.sh [--ranks N] [--threads N] HOSTFILE COMMAND [OPTION…]

  HOSTFILE     one host name a line
  --ranks N    ranks of each host [1]
  --threads N  threads of each rank, each on a core of its own [1]
  COMMAND …    what frontprop does: train --data DIR --run DIR …

Environment:
  FRONTPROP_BINARY          the program, at the same place on all hosts [frontprop from $PATH]
  FRONTPROP_NETWORK         TCP over this network, such as 10.1.0.0/16 or eth1 [Open MPI chooses]
  FRONTPROP_LAUNCH_AGENT    what starts a command on a host [ssh]
  FRONTPROP_MPIRUN_OPTIONS  more options for mpirun, instead of the binding to cores

Example: scripts/cluster/launch.sh --ranks 2 --threads 8 hosts.txt train --data mnist --run runs/first
USAGE
}

ranks=1
threads=1
while [ $# -gt 0 ]; do
    case $1 in
    --ranks) ranks=$2; shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 64 ;;
    *) break ;;
    esac
done
if [ $# -lt 2 ]; then usage >&2; exit 64; fi
hostfile=$1
shift
if [ ! -r "$hostfile" ]; then echo "no host file $hostfile" >&2; exit 66; fi
program=${FRONTPROP_BINARY:-frontprop}

slots=$(mktemp)
trap 'rm -f "$slots"' EXIT
awk -v slots=$((ranks * threads)) 'NF && $1 !~ /^#/ { print $1 " slots=" slots }' "$hostfile" >"$slots"
hosts=$(wc -l <"$slots")

options=(--hostfile "$slots" -n $((hosts * ranks)) --map-by "ppr:$ranks:node:PE=$threads")
if [ -z "${FRONTPROP_MPIRUN_OPTIONS:-}" ]; then
    options+=(--bind-to core)
else
    read -r -a more <<<"$FRONTPROP_MPIRUN_OPTIONS"
    options=(--hostfile "$slots" -n $((hosts * ranks)) --map-by "ppr:$ranks:node" "${more[@]}")
fi
# A host that is switched off, or whose cable is pulled, sends no farewell. By default mpirun asks after 300 s of silence, and
# believes it lost after 9 × 20 s more; here after 2 s and 3 × 1 s.
options+=(--mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3)
# Between hosts by TCP over that network, within one through shared memory.
if [ -n "${FRONTPROP_NETWORK:-}" ]; then
    options+=(--mca pml ob1 --mca btl "tcp,self,vader" --mca btl_tcp_if_include "$FRONTPROP_NETWORK" --mca oob_tcp_if_include "$FRONTPROP_NETWORK")
fi
if [ -n "${FRONTPROP_LAUNCH_AGENT:-}" ]; then
    # Every host is started from here, so the agent is needed here alone.
    options+=(--mca plm_rsh_agent "$FRONTPROP_LAUNCH_AGENT" --mca plm_rsh_no_tree_spawn 1)
fi

status=0
mpirun "${options[@]}" "$program" "$@" || status=$?
exit "$status"
