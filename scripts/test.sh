#!/usr/bin/env bash
# Runs every test: the formatting, the scripts, the import graph, the suites as one process, the multi-rank ones under the
# launchers of Open MPI and MPICH, the builds with MPICH and without MPI, and that of the benchmarks. Tests that need MNIST or
# PyTorch's curves look for them in $FRONTPROP_SHARED, and are skipped without it.
#
#     scripts/test.sh [--full]
#
# Long loops and fuzzers have a short form here; --full runs them whole, and what takes too long otherwise: half an hour
# more, and the situations of $FRONTPROP_SHARED/cases, where they are there.
set -euo pipefail
full=
case ${1:-} in --full) full=yes ;; "") ;; *) echo "usage: scripts/test.sh [--full]" >&2 && exit 64 ;; esac
. "$(dirname "$0")/lib.sh"
cd "$root_folder"

install_packages
prepare_mpi 5

say "format"
swift format lint --strict --recursive Package.swift Sources Tests Examples Benchmarks

say "scripts"
need "command -v shellcheck" shellcheck
find . -name '.build*' -prune -o \( -name '*.sh' -o -name '*.slurm' -o -path './.ci/*' \) -type f -print0 | xargs -0 shellcheck

say "import graph"
scripts/import-graph.sh --check

say "instruction sets"
need "[ -d /usr/aarch64-linux-gnu/include ]" libc6-dev-arm64-cross
need "command -v aarch64-linux-gnu-gcc" gcc-aarch64-linux-gnu
need "command -v qemu-aarch64" qemu-user
bash Tests/InstructionSets/test.sh

# These two are compared by their bits and messages, which no optimisation changes; not optimised, their Swift takes half as
# long to build. Kernels are.
other=(-Xswiftc -enable-testing)
if [ -z "$full" ]; then other+=(-Xswiftc -Onone); fi

say "build without MPI"
# In the same folder, so that what all have in common is compiled once.
folder=$(swift build -c release --show-bin-path)
swift build -c release --product frontprop --disable-default-traits "${other[@]}"
export FRONTPROP_SERIAL_BINARY=$folder/frontprop-without-mpi
cp "$folder/frontprop" "$FRONTPROP_SERIAL_BINARY"

say "build with MPICH"
need "pkg-config --exists mpich && command -v mpiexec.hydra" libmpich-dev mpich
if [[ $(mpirun --version) != *"Open MPI"* ]]; then
    echo "mpirun is another MPI's than Open MPI's; update-alternatives --auto mpirun" >&2
    exit 1
fi
swift build -c release --build-tests --traits MPICH "${other[@]}"
export FRONTPROP_MPICH_BINARY=$folder/frontprop-mpich
mpich_tests=$folder/mpich-tests
cp "$folder/frontprop" "$FRONTPROP_MPICH_BINARY"
cp "$folder"/*PackageTests.xctest "$mpich_tests"
if both=$(swiftc -typecheck -D MPI -D MPICH Sources/MPI/Library.swift 2>&1) || [[ $both != *"exclude each other"* ]]; then
    echo "both traits at once are to be an error: $both" >&2
    exit 1
fi

say "build of the benchmarks"
need "pkg-config --exists openblas" libopenblas-dev
swift build -c release --package-path Benchmarks

say "build"
swift build -c release --build-tests -Xswiftc -enable-testing
tests=$(ls -d "$folder"/*PackageTests.xctest)
export FRONTPROP_BINARY=$folder/frontprop

say "tests"
"$tests" --testing-library swift-testing

mpi_suites() { # mpi_suites MPI TESTS LAUNCHER…
    local mpi=$1 tests=$2 ranks log
    shift 2
    for ranks in 1 2 3 4 5; do
        say "MPI tests on $ranks ranks of $mpi"
        log=$folder/mpi-tests-$ranks.log
        "$@" -n "$ranks" "$tests" --testing-library swift-testing --filter '^MPITests\.' >"$log" 2>&1 ||
            { cat "$log"; exit 1; }
        grep -h "Test run with" "$log"
    done
}
mpi_suites "Open MPI" "$tests" mpirun "${mpi_options[@]}"
mpi_suites MPICH "$mpich_tests" mpiexec.hydra
say "tests of MPICH's build"
"$mpich_tests" --testing-library swift-testing --filter '^(MPITests|ClusterTests)\.'

say "killed and resumed"
if [ -n "$full" ]; then kills=16; else kills=2; fi
# All that a run keeps beside its weights, and all that goes by the number of the step.
recipe=(--activation relu --loss cross-entropy --optimizer adam --learning-rate 0.005 --dropout 0.2 --schedule cosine
    --warmup 5steps --clip-norm 0.5)
bash Tests/Integration/kill-loop.sh "$kills" "$RANDOM"
bash Tests/Integration/kill-loop.sh "$kills" "$RANDOM" "${recipe[@]}"

say "one hash on any CPU"
need "command -v qemu-x86_64" qemu-user
# EPYC's instructions are Haswell's to the kernels.
if [ -n "$full" ]; then processors=(Haswell EPYC Nehalem); else processors=(Haswell Nehalem); fi
bash Tests/InstructionSets/program.sh "$FRONTPROP_BINARY" "${processors[@]}"

say "virtual hosts"
bash Tests/Integration/cluster.sh 3 2 "${recipe[@]}"
if [ -n "$full" ]; then bash Tests/Integration/cluster.sh; fi
say "Slurm"
bash Tests/Integration/slurm.sh

if [ -n "$full" ]; then
    for reader in idx gzip safetensors csv numpy svm; do
        say "fuzzing the reader of $reader"
        bash Tests/Fuzzing/run.sh "$reader" 1000000
    done
    say "damaged records"
    export FRONTPROP_FUZZ=5000 FRONTPROP_FUZZ_SEED=$RANDOM
    echo "seed $FRONTPROP_FUZZ_SEED"
    "$tests" --testing-library swift-testing --filter 'DamagedRecordTests|RecordTests/damaged'
    say "gradients of every network"
    FRONTPROP_GRADCHECK=all "$tests" --testing-library swift-testing --filter GradientCoverTests
    say "links of several rates"
    bash Tests/Integration/links.sh
    if [ -d "${FRONTPROP_SHARED:-}/cases" ]; then
        say "situations"
        FRONTPROP_SOURCE=$root_folder "$FRONTPROP_SHARED/cases/run.sh" "$FRONTPROP_BINARY"
    fi
fi

say "all tests passed"
