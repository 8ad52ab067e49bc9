#!/usr/bin/env python3
"""Times Frontprop and its peers in turn on the same cores; see run.sh.

A run is a fresh process that trains for some epochs; its time is the median of its epochs' training passes, the first
left out, or the whole process's where that is the question. Runs are interleaved, in another order in each round, so that a
machine whose speed drifts slows all alike; a round has a seed of its own. A program's time is the median of its runs; a ratio is
that of two such medians. Every run is kept in samples.jsonl, with the machine's load before it, and a second call with the
same --out adds to it.

Each side is at its best: every BLAS chooses its kernels by itself (what the environment says of OpenBLAS's is not handed on)
and the table says which; threads are bound to the cores, and the data are in memory before the clock of a training pass starts.
"""
import argparse
import json
import os
import random
import sys
import tempfile

import machine
import tables
import works


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built frontprop")
    parser.add_argument("--data", required=True, help="folder of MNIST's IDX files, plain or gzipped")
    parser.add_argument("--out", default="comparison", help="folder for samples.jsonl, table.json and table.md")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--works", default=",".join(works.WORKS),
                        help="separated by commas: [%(default)s], or networks of any sizes on MNIST: 784x256x256x10")
    parser.add_argument("--samples", type=int, help="the first of the training set [all]")
    parser.add_argument("--workers", default="1,2", help="numbers of cores, separated by commas")
    parser.add_argument("--table-only", action="store_true", help="only write the tables of the samples there are")
    options = parser.parse_args()
    options.works = [works.work_of(name) for name in options.works.split(",")]
    options.workers = [int(count) for count in options.workers.split(",")]
    return options


def run(options, samples_path):
    cores = sorted(os.sched_getaffinity(0))
    if max(options.workers) > len(cores):
        raise SystemExit(f"{max(options.workers)} workers need as many cores; this process may use {len(cores)}")
    peers = machine.kernels_of_peers()
    options.has_compiler = "PyTorch, compiled" in peers
    cases = [(work, workers, program) for work in options.works for workers in options.workers
             for program in works.programs(options, work, workers)]
    for repeat in range(1, options.repeats + 1):
        random.Random(repeat).shuffle(cases)
        for work, workers, program in cases:
            sample = {"work": work.name, "workers": workers, "program": program.name, "seed": repeat}
            sample |= {"load_average": os.getloadavg()[0], "others": machine.busy_cores()}
            sample |= machine.measure(program, cores[:workers], seed=repeat)
            sample["kernels"] = sample["kernels"] or next(
                (chosen for peer, chosen in peers.items() if program.name.startswith(peer)), None)
            if options.samples:
                sample["samples"] = options.samples
            with open(samples_path, "a") as file:
                file.write(json.dumps(sample) + "\n")
            print(f"round {repeat}: {work.name}, {workers} cores, {program.name}: {sample['seconds']:.4f} s", file=sys.stderr)


def main():
    options = arguments()
    options.program = os.path.abspath(options.program)
    options.data = os.path.abspath(options.data)
    os.makedirs(options.out, exist_ok=True)
    samples_path = os.path.join(options.out, "samples.jsonl")
    if not options.table_only:
        if os.path.exists(samples_path):
            print(f"adding to the runs in {samples_path}, whatever program they timed", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            options.table = works.make_table(folder)
            run(options, samples_path)
    with open(samples_path) as file:
        result = tables.results([json.loads(line) for line in file])
    with open(os.path.join(options.out, "table.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(options.out, "table.md"), "w") as file:
        file.write(tables.markdown(result))
    print(tables.markdown(result))


main()
