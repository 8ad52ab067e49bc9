#!/usr/bin/env bash
# Feeds RUNS inputs, found by coverage (libFuzzer), to one reader under the address sanitizer, on one core.
#
#     Tests/Fuzzing/run.sh idx|gzip|safetensors|csv|numpy|svm [RUNS]
#
# Ends with 0 when no input made the reader crash, hang, leak or allocate more than 16 MB at once (64 where a compressed
# byte may stand for a number); otherwise the input is left in the folder that is named. To add a reader: a driver, its line
# in `case` below, seeds in `make_seeds`.
set -euo pipefail
reader=${1:?which reader: idx, gzip, safetensors, csv, numpy or svm}
runs=${2:-1000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/fuzz-$reader-XXXXXX")
cd "$build"

megabytes=16
case $reader in
idx) driver=FuzzIDX dictionary=idx ;;
gzip) driver=FuzzGzip dictionary=idx ;;
safetensors) driver=FuzzSafetensors dictionary=safetensors ;;
csv) driver=FuzzSeparatedValues dictionary=csv ;;
numpy) driver=FuzzNumPy dictionary=numpy megabytes=64 ;;
svm) driver=FuzzSparseText dictionary=svm ;;
*) echo "no such reader: $reader" >&2 && exit 64 ;;
esac

# The modules are compiled with coverage and the sanitizer, in a folder of their own; all readers share it.
scratch=$root/.build-fuzzing
instrumented=(-Xswiftc '-sanitize=fuzzer,address' -Xswiftc -enable-testing)
# What is left of files that are no more would be linked, too.
rm -rf "$scratch"/release/*.build
swift build -c release --package-path "$root" --scratch-path "$scratch" --target Datasets "${instrumented[@]}" >build.log 2>&1 ||
    { cat build.log >&2; exit 1; }
mapfile -t objects < <(find "$scratch"/release/ -name '*.o' -not -path '*-tool.build/*')
options=(-O -g -swift-version 6 '-sanitize=fuzzer,address' -parse-as-library -use-ld=lld -module-name Fuzz)
for folder in "$scratch"/release/Modules "$root"/Sources/{CZlib,CCrypto} "$scratch"/checkouts/*/Sources/*/include; do
    options+=(-I "$folder")
done
for map in "$scratch"/release/C*.build/module.modulemap; do options+=(-Xcc "-fmodule-map-file=$map"); done
swiftc "${options[@]}" "$root/Tests/Fuzzing/$driver.swift" "${objects[@]}" -lz -lcrypto -o fuzz

mkdir seeds found
make_seeds() {
    local tables=$root/Tests/Golden/tables
    local plain='\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x03abcdefghijkl'
    case $reader in
    idx)
        printf %b "$plain" >seeds/images
        printf '\x00\x00\x08\x01\x00\x00\x00\x03\x00\x01\x02' >seeds/labels
        printf %b "$plain" | gzip -9n >seeds/gzipped
        ;;
    gzip)
        for mode in 1 3 5 7; do printf %b "\\x0$mode$plain" >"seeds/packed-$mode"; done
        { printf '\x00' && printf %b "$plain" | gzip -9n | tail -c +3; } >seeds/raw
        { printf '\x00' && head -c 5000 /dev/zero | gzip -9n | tail -c +3; } >seeds/zeros
        ;;
    safetensors) cp "$root"/Tests/Golden/*.safetensors seeds/ ;;
    csv)
        head -5 "$tables/table.csv" >seeds/numbers
        printf 'a,"b ""c""",d\r\n1,"x\ny",NA\r\n2,z,\r\n' >seeds/texts
        ;;
    numpy)
        { printf '\x00' && cat "$root/Tests/Golden/numbers/inputs.npy"; } >seeds/array
        for file in table packed; do { printf '\x01' && cat "$tables/$file.npz"; } >"seeds/$file"; done
        ;;
    svm) head -5 "$tables/table.svm" >seeds/rows ;;
    esac
}
make_seeds

# Swift's own report of a crash keeps libFuzzer from leaving the input.
export SWIFT_BACKTRACE=enable=no
echo "what is found is left in $build"
./fuzz found seeds -runs="$runs" -seed=1 -max_len=4096 -timeout=10 -malloc_limit_mb=$megabytes -rss_limit_mb=1024 \
    -dict="$root/Tests/Fuzzing/$dictionary.dict" -artifact_prefix="$build/" -print_final_stats=1 2>fuzz.log || {
    tail -60 fuzz.log >&2
    exit 1
}
grep -E "^#[0-9]+.*DONE|stat::|Done" fuzz.log
rm -rf "$build"
