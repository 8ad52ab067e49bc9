# shellcheck shell=bash
# Virtual hosts on one machine, for tests between hosts: sourced, not run.
#
# A host has a network, a name, a /dev/shm and processes of its own; its eth0 leads to one switch. All of it lives in
# namespaces made for the test alone, so nothing of the machine is changed, and when the test ends, however it ends, the
# kernel removes everything. The hosts share the file system, but for what a test mounts on one of them.

# shellcheck disable=SC2034  # read by the tests
network=10.77.0

skip() {
    echo "skipped: $*"
    exit 0
}

# Starts the script that calls it anew, in namespaces of its own, with the folder $work: enter_namespaces "$@"
enter_namespaces() {
    if [ -n "${FRONTPROP_NAMESPACES:-}" ]; then
        trap 'exit 143' TERM INT
        return 0
    fi
    local tool
    for tool in unshare nsenter ip mpirun; do
        command -v "$tool" >/dev/null || skip "virtual hosts need the command $tool (packages util-linux, iproute2, openmpi-bin)"
    done
    local namespaces=(--net --mount --pid --fork --kill-child --mount-proc)
    if [ "$(id -u)" != 0 ]; then namespaces+=(--user --map-root-user); fi
    unshare "${namespaces[@]}" sh -c 'ip link add switch type bridge && mount -t tmpfs none /dev/shm' 2>/dev/null ||
        skip "this system lets nobody make network and mount namespaces here (root or user namespaces are needed)"
    work=$(mktemp -d)
    export work
    unshare "${namespaces[@]}" env FRONTPROP_NAMESPACES=1 bash "$0" "$@" &
    local child=$! status=0
    trap 'kill -KILL $child 2>/dev/null' TERM INT
    wait "$child" || status=$?
    rm -rf "$work"
    exit "$status"
}

# make_hosts N: node1 … nodeN
make_hosts() {
    local count=$1 i
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    ip link set lo up
    ip link add switch type bridge
    ip link set switch up
    echo "127.0.0.1 localhost" >"$work/hosts"
    for ((i = 1; i <= count; i++)); do echo "$network.$i node$i" >>"$work/hosts"; done
    mount --bind "$work/hosts" /etc/hosts
    for ((i = 1; i <= count; i++)); do make_host "$i"; done
    # What mpirun takes in place of ssh.
    cat >"$work/agent" <<AGENT
#!/bin/sh
host=\$1
shift
exec nsenter --target "\$(cat "$work/pid-\$host")" --net --mount --uts --pid --wd="\$PWD" sh -c "\$*"
AGENT
    chmod +x "$work/agent"
}

# Its first process waits, so that none that has ended is left unburied there.
# The first host's processes stay among the test's own, so that mpirun, which runs there, can start those of the others.
make_host() {
    local name=node$1 own_processes=()
    if [ "$1" != 1 ]; then own_processes=(--pid --fork --kill-child --mount-proc); fi
    unshare --net --mount --uts "${own_processes[@]}" \
        sh -c "hostname $name && mount -t tmpfs none /dev/shm && touch $work/up-$name && { sleep infinity & wait; }" &
    local pid=$!
    until [ -e "$work/up-$name" ]; do sleep 0.02; done
    if [ "$1" != 1 ]; then pid=$(pgrep -P "$pid"); fi
    echo "$pid" >"$work/pid-$name"
    ip link add "to-$name" type veth peer name eth0 netns "$pid"
    ip link set "to-$name" master switch up
    nsenter --target "$pid" --net ip link set lo up
    nsenter --target "$pid" --net ip addr add "$network.$1/24" dev eth0
    nsenter --target "$pid" --net ip link set eth0 up
}

# on_host N COMMAND…
on_host() {
    local pid processes=()
    pid=$(cat "$work/pid-node$1")
    if [ "$1" != 1 ]; then processes=(--pid); fi
    shift
    nsenter --target "$pid" --net --mount --uts "${processes[@]}" --wd="$PWD" "$@"
}

# kill_host N: the cable first, so that nobody hears from it again, then everything that runs there.
kill_host() {
    ip link set "to-node$1" down
    kill -KILL "$(cat "$work/pid-node$1")"
}

# The program under test; a full path.
find_program() {
    program=${FRONTPROP_BINARY:-$(dirname "${BASH_SOURCE[0]}")/../../.build/release/frontprop}
    if [ ! -x "$program" ]; then
        echo "no program at $program; build it first (swift build -c release), or set FRONTPROP_BINARY" >&2
        exit 66
    fi
    program=$(realpath "$program")
}
