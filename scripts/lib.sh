# shellcheck shell=bash
# Shared by the scripts: sourced, not run. Installs what is missing and says how to start MPI here.

# shellcheck disable=SC2034  # read by the scripts
root_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A program with Swift in it, at fixed addresses: the loader writes to no page of it, so that processes share all of them.
# shellcheck disable=SC2034  # read by the scripts
lean_build=(--static-swift-stdlib -Xlinker -no-pie)

say() { printf '\n== %s\n' "$*"; }

# Installs Debian packages whose probe fails: need PROBE-COMMAND PACKAGE…
need() {
    local probe=$1
    shift
    if eval "$probe" >/dev/null 2>&1; then return 0; fi
    if ! command -v apt-get >/dev/null; then
        echo "missing: $*; install the packages of your system that correspond to them" >&2
        exit 1
    fi
    local as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
    if [ -z "${apt_updated:-}" ]; then
        "${as_root[@]}" apt-get update -qq
        apt_updated=1
    fi
    say "installing $*"
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "$@" >/dev/null
}

install_packages() {
    if ! command -v swift >/dev/null; then
        echo "Swift is missing; install it from https://www.swift.org/install (6.2 or later)" >&2
        exit 1
    fi
    need "command -v pkg-config" pkg-config
    need "pkg-config --exists ompi-c && command -v mpirun" libopenmpi-dev openmpi-bin
    need "pkg-config --exists zlib" zlib1g-dev
    need "pkg-config --exists libcrypto" libssl-dev
    # Loaded by the program when it reads a file of that format.
    need "PATH=\$PATH:/sbin ldconfig -p | grep libhdf5" libhdf5-dev
    need "command -v gnuplot" gnuplot-nox
}

# Open MPI refuses to run as root, and refuses more ranks than cores, unless told: only then is it told.
mpi_options=()
prepare_mpi() {
    local ranks=$1
    if [ "$(id -u)" = 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    # shellcheck disable=SC2034  # read by the scripts
    if [ "$ranks" -gt "$(nproc)" ]; then mpi_options=(--oversubscribe); fi
}
