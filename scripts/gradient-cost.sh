#!/usr/bin/env bash
# Measures what frontpropagation costs against backpropagation as networks grow wider and deeper, on one thread, and draws
# Docs/gradient-cost.svg with the flops of Docs/frontpropagation.md beside it. Needs the built program and gnuplot.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root_folder"
need "command -v gnuplot" gnuplot-nox
program=$(swift build -c release --show-bin-path)/frontprop
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C

# The middle of the epochs' seconds, the first left out: seconds ENGINE MODEL
seconds() {
    "$program" train --json --threads 1 --epochs 6 --train-limit 1000 --test-limit 10 --gradient "$1" --model "$2" \
        --checkpoint-every 1000000 --run "$(mktemp -d "$folder/run-XXXXXX")/run" |
        sed -n 's/.*"event":"epoch".*"train_seconds":\([0-9.e+-]*\).*/\1/p' | tail -n +2 | sort -g | sed -n 3p
}

# The ratio of all flops of a sample by the formulas, a fifth of the input's pixels being other than zero: flops MODEL
flops() {
    tr x ' ' <<<"$1" | awk '{
        L = NF - 1
        for (l = 0; l <= L; l++) n[l] = $(l + 1)
        both = 2 * 2 * 0.2 * n[0] * n[1]                      # the input layer, forward and its gradient
        for (k = 1; k < L; k++) { both += 2 * 2 * n[k] * n[k + 1]; back += 2 * n[k] * n[k + 1] }
        front = 2 * n[L] * n[L - 1]                           # u
        for (l = 2; l < L; l++) {
            for (k = 0; k < l - 2; k++) front += 2 * n[l] * n[l - 1] * n[k + 1]
            for (k = 0; k < l - 1; k++) front += 2 * n[l] * n[k + 1]
        }
        for (k = 0; k < L - 2; k++) front += 2 * n[L - 1] * n[k + 1]
        print (both + front) / (both + back)
    }'
}

# row X MODEL: x, measured ratio, ratio of flops, seconds of both
row() {
    local front back
    front=$(seconds frontprop "$2")
    back=$(seconds backprop "$2")
    echo "$1 $(awk "BEGIN { print $front / $back }") $(flops "$2") $front $back $2"
}

for width in 16 32 64 128 256; do row "$width" "784x${width}x${width}x${width}x${width}x10"; done |
    tee "$folder/width"
hidden=
for depth in 1 2 3 4 5 6; do
    hidden+=x64
    row "$depth" "784${hidden}x10"
done | tee "$folder/depth"

gnuplot <<END
set terminal svg size 860,340 font "sans,13" background "white"
set output "Docs/gradient-cost.svg"
set multiplot layout 1,2
set ylabel "time or flops, frontprop ÷ backprop"
set logscale y
set yrange [0.7:*]
set grid ytics lc rgb "#dddddd"
set key left top
set title "four hidden layers"
set xlabel "units of each"
set logscale x 2
set xrange [12:340]
plot "$folder/width" using 1:3 with lines lw 2 lc rgb "#999999" title "flops, by the formula", \
    "" using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#b2182b" title "measured"
set title "hidden layers of 64 units"
set xlabel "hidden layers"
unset logscale x
set xrange [0.7:6.3]
plot "$folder/depth" using 1:3 with lines lw 2 lc rgb "#999999" title "flops, by the formula", \
    "" using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#b2182b" title "measured"
END
