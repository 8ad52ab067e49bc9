#!/usr/bin/env bash
# What an epoch costs against width, depth and samples: prints the table of Docs/performance.md, and draws its curves where SVG is
# named (gnuplot). One worker, minibatch 1000, float32; of each run the fastest epoch after the first, in milliseconds, and the
# rate with the input layer counted as dense.
#
#     Benchmarks/costs.sh DATA [FRONTPROP [SVG]]
set -euo pipefail
data=$1
frontprop=${2:-$(dirname "$0")/../.build/release/frontprop}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

epoch() { # model, samples, method: seconds
    rm -rf "$folder/run"
    "$frontprop" train --data "$data" --model "$1" --train-limit "$2" --test-limit 100 --gradient "$3" \
        --learning-rate 0.1 --epochs 4 --threads 1 --json --run "$folder/run" | grep -o '"train_seconds":[0-9.e-]*' | cut -d: -f2 | tail -n +2 |
        sort -g | head -1
}

row() { # what, model, samples, method
    local seconds
    seconds=$(epoch "$2" "$3" "$4")
    awk -v what="$1" -v model="$2" -v samples="$3" -v method="$4" -v seconds="$seconds" 'BEGIN {
        layers = split(model, n, "x")
        for (k = 1; k < layers; k++) flops += (k == 1 ? 4 : 6) * n[k] * n[k + 1]
        rate = method == "backprop" ? sprintf("%.0f", flops * samples / seconds / 1e9) : "–"
        printf "| %s | `%s` | %s | %d | %.1f | %s |\n", what, model, method, samples, seconds * 1e3, rate
    }'
}

table() {
    echo "| against | network | gradient | samples | ms an epoch | GFLOP/s |"
    echo "|---|---|---|---|---|---|"
    for width in 16 32 64 128 256 512 1024 2048; do row width "784x${width}x${width}x10" 10000 backprop; done
    for width in 16 32 64 128 256; do row width "784x${width}x${width}x10" 10000 frontprop; done
    model=784
    for _ in 1 2 3 4 5 6; do
        model=${model}x128
        row depth "${model}x10" 10000 backprop
        row depth "${model}x10" 2000 frontprop
    done
    for samples in 7500 15000 30000 60000; do row samples 784x16x16x10 "$samples" frontprop; done
}

# Microseconds a sample: width or layers or samples, then the time, of the table's rows of such a kind.
curve() { # against, gradient
    awk -F ' *[|] *' -v against="$1" -v method="$2" '$2 == against && $4 == method {
        sizes = split($3, n, "x")
        print (against == "width" ? n[2] : against == "depth" ? sizes - 2 : $5), $6 * 1e3 / $5
    }' "$folder/table"
}

table | tee "$folder/table"
[ $# -ge 3 ] || exit 0
for against in width depth samples; do
    for method in backprop frontprop; do curve "$against" "$method" >"$folder/$against-$method"; done
done
gnuplot <<PLOT
set terminal svg size 1100, 360 font "sans-serif,13" background "white"
set output "$3"
set multiplot layout 1, 3
set grid
set key left top
set logscale y
set ylabel "µs a sample"
set logscale x 2
set xtics 16, 4
set xlabel "units of each of two hidden layers"
plot "$folder/width-backprop" with linespoints title "backprop", "$folder/width-frontprop" with linespoints title "frontprop"
unset logscale x
set xtics 1
set xlabel "hidden layers of 128 units"
plot "$folder/depth-backprop" with linespoints title "backprop", "$folder/depth-frontprop" with linespoints title "frontprop"
unset logscale y
set logscale x 2
set yrange [0:*]
set xtics 7500, 2
set key bottom
set xlabel "samples, 784x16x16x10"
plot "$folder/samples-frontprop" with linespoints title "frontprop"
PLOT
