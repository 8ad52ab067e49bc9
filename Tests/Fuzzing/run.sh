#!/usr/bin/env bash
# Feeds RUNS inputs, found by coverage (libFuzzer), to one reader under the address sanitizer, on one core.
#
#     Tests/Fuzzing/run.sh idx|gzip|safetensors [RUNS]
#
# Ends with 0 when no input made the reader crash, hang, leak or allocate more than 16 MB at once; otherwise the input
# is left in the folder that is named. To add a reader: a driver, its line in `case` below, seeds in `make_seeds`.
set -euo pipefail
reader=${1:?which reader: idx, gzip or safetensors}
runs=${2:-1000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/fuzz-$reader-XXXXXX")
cd "$build"

storage=(Failure AtomicFile InputFile Safetensors Safetensors+Parsing SafetensorsHeaderParser)
datasets=(ByteSource GzipSource IDXArray IDXArray+Writing ImageSet Dataset Concurrently)
case $reader in
idx) driver=FuzzIDX dictionary=idx ;;
gzip) driver=FuzzGzip dictionary=idx ;;
safetensors) driver=FuzzSafetensors dictionary=safetensors datasets=() ;;
*) echo "no such reader: $reader" >&2 && exit 64 ;;
esac

# Every module is compiled with coverage and the sanitizer; what a reader does not use is left out.
options=(-O -g -swift-version 6 -sanitize=fuzzer,address -parse-as-library -I . -I "$root/Sources/CZlib")
compile() { # module, source files
    local module=$1
    shift
    swiftc "${options[@]}" -wmo -emit-module -emit-object -module-name "$module" -o "$module.o" "$@"
}
# IDX files can be written with their SHA-256, which no reader needs: without it there is no libcrypto to link.
echo 'public enum SHA256Digest { public static func hex(of bytes: UnsafeRawBufferPointer) -> String { "" } }' >SHA256.swift
sources() { # folder, names
    local folder=$1
    shift
    printf "$root/Sources/$folder/%s.swift\n" "$@"
}
mapfile -t files < <(sources Storage "${storage[@]}")
compile Storage "${files[@]}" SHA256.swift
objects=(Storage.o)
if ((${#datasets[@]})); then
    mapfile -t files < <(sources Datasets "${datasets[@]}")
    compile Datasets "${files[@]}"
    objects+=(Datasets.o)
fi
swiftc "${options[@]}" -use-ld=lld -module-name Fuzz "$root/Tests/Fuzzing/$driver.swift" "${objects[@]}" -lz -o fuzz

mkdir seeds found
make_seeds() {
    local plain='\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x03abcdefghijkl'
    case $reader in
    idx)
        printf "$plain" >seeds/images
        printf '\x00\x00\x08\x01\x00\x00\x00\x03\x00\x01\x02' >seeds/labels
        printf "$plain" | gzip -9n >seeds/gzipped
        ;;
    gzip)
        for mode in 1 3 5 7; do printf "\\x0$mode$plain" >"seeds/packed-$mode"; done
        { printf '\x00' && printf "$plain" | gzip -9n | tail -c +3; } >seeds/raw
        { printf '\x00' && head -c 5000 /dev/zero | gzip -9n | tail -c +3; } >seeds/zeros
        ;;
    safetensors) cp "$root"/Tests/Golden/*.safetensors seeds/ ;;
    esac
}
make_seeds

# Swift's own report of a crash keeps libFuzzer from leaving the input.
export SWIFT_BACKTRACE=enable=no
echo "what is found is left in $build"
./fuzz found seeds -runs="$runs" -seed=1 -max_len=4096 -timeout=10 -malloc_limit_mb=16 -rss_limit_mb=1024 \
    -dict="$root/Tests/Fuzzing/$dictionary.dict" -artifact_prefix="$build/" -print_final_stats=1 2>fuzz.log || {
    tail -60 fuzz.log >&2
    exit 1
}
grep -E "^#[0-9]+.*DONE|stat::|Done" fuzz.log
rm -rf "$build"
