#!/usr/bin/env bash
# Made run-format-0 and search-format-0: runs as the program wrote them while config.json had no format (commit 548f259),
# without their checkpoints.
#
#     make-run-format-0.sh FRONTPROP
set -euo pipefail
frontprop=$(realpath "$1")
cd "$(dirname "$0")"
small=(--model 784x2x10 --train-limit 60 --test-limit 20 --threads 1 --quiet)
search=(--optimizer genetic --rounds 4 --fitness-samples 20 --evaluate-every 2)
"$frontprop" train "${small[@]}" --batch-size 20 --epochs 2 --run run-format-0
"$frontprop" train "${small[@]}" "${search[@]}" --run search-format-0
rm -r run-format-0/checkpoints search-format-0/checkpoints
