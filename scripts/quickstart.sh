#!/usr/bin/env bash
# Builds the program, trains the classifier on all cores, under mpirun, and writes a report of it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root_folder"

install_packages
say "building"
swift build -c release --product frontprop "${lean_build[@]}"
program=$(swift build -c release "${lean_build[@]}" --show-bin-path)/frontprop

# The real digits where they are at hand, the synthetic ones elsewhere.
data=synthetic
for folder in "${FRONTPROP_DATA:+$FRONTPROP_DATA/mnist}" "${FRONTPROP_SHARED:+$FRONTPROP_SHARED/mnist}" \
    ../shared/mnist "${XDG_CACHE_HOME:-$HOME/.cache}/frontprop/mnist"; do
    if ls "$folder"/train-images* >/dev/null 2>&1; then
        data=$folder
        break
    fi
done

ranks=$(nproc)
prepare_mpi "$ranks"
run=runs/quickstart-$(date +%Y%m%d-%H%M%S)
command=(mpirun "${mpi_options[@]}" -n "$ranks" "$program" train --data "$data" --run "$run")
say "${command[*]}"
"${command[@]}"
"$program" report "$run"
