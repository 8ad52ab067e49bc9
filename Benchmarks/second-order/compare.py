#!/usr/bin/env python3
"""Trains by Frontprop's second-order optimisers and by their peers in turn, on one core; see run.sh.

All have the same data in float64, the whole of it to train with, and the same first weights, of which there are several seeds; each has
the settings at which it was fastest (--tune, on other seeds), and as many of the core's cycles as it wants: BLAS chooses its kernels by
itself. A run's curve is the loss of the whole set against seconds since training began; start, loading and compiling are not in
them, nor is looking up a loss. Of this program they are the seconds and losses of its record: it works out the loss after an
iteration within it, as an optimiser must that takes no step before that.

Every run is kept in samples.jsonl; a second call with the same --out adds to it.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import problems
import programs
import tables
from programs import machine

TUNING_SEEDS = [101, 102, 103]
SETTINGS = os.path.join(programs.HERE, "settings.json")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built frontprop")
    parser.add_argument("--out", default="second-order", help="folder for samples.jsonl and table.md")
    parser.add_argument("--seeds", type=int, default=5, help="first weights for each problem [%(default)s]")
    parser.add_argument("--concrete", help="CSV of the concrete data, the strength last")
    parser.add_argument("--problems", default=",".join(problems.PROBLEMS), help="separated by commas: [%(default)s]")
    parser.add_argument("--programs", help="separated by semicolons [all]")
    parser.add_argument("--limit", type=float, help="seconds after which a run ends [each problem's own]")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)), help="the core to run on [%(default)s]")
    parser.add_argument("--tune", action="store_true", help="look for the peers' best settings")
    parser.add_argument("--table-only", action="store_true", help="only write the table of the samples there are")
    options = parser.parse_args()
    options.problems = [problems.PROBLEMS[name] for name in options.problems.split(",")]
    options.programs = options.programs.split(";") if options.programs else known(options.program) + list(programs.PEERS)
    return options


def known(program):
    """Those of this program's optimisers that it has."""
    text = subprocess.run([program, "train", "--help"], check=True, capture_output=True, text=True).stdout
    return [name for name in programs.OURS if name.split(", ")[1] + ":" in text]


def prepared(options, folder, seeds):
    """The problems there are data for, their files written."""
    for problem in options.problems:
        if problem.name == "concrete" and not options.concrete:
            print("concrete is left out: --concrete names no file", file=sys.stderr)
            continue
        if options.limit:
            problem = problems.dataclasses.replace(problem, limit=options.limit)
        problems.write(problem, os.path.join(folder, problem.name), options.concrete, seeds)
        yield problem


def run(options, cases, folder, samples_path):
    """Cases are a problem, a program, a seed and settings each."""
    runner = programs.Runner(options.program, options.core)
    for problem, name, seed, settings in cases:
        sample = {"problem": problem.name, "program": name, "seed": seed, "settings": settings, "limit": problem.limit}
        sample |= {"load_average": os.getloadavg()[0], "others": machine.busy_cores()}
        curve = runner.curve(name, problem, os.path.join(folder, problem.name), seed, settings)
        sample |= tables.figures(problem, curve) | {"curve": tables.thinned(curve)}
        with open(samples_path, "a") as file:
            file.write(json.dumps(sample) + "\n")
        print(f"{problem.name}, {name}, seed {seed}: {tables.said(sample)}", file=sys.stderr)
    runner.close()


def compare(options, folder, samples_path):
    with open(SETTINGS) as file:
        settings = json.load(file)
    seeds = range(1, options.seeds + 1)
    known_problems = list(prepared(options, folder, seeds))
    cases = []
    for seed in seeds:
        round_of_seed = [(problem, name, seed, settings[problem.name].get(name))
                         for problem in known_problems for name in options.programs]
        random.Random(seed).shuffle(round_of_seed)
        cases += round_of_seed
    run(options, cases, folder, samples_path)


def tune(options, folder, samples_path):
    names = [name for name in options.programs if name in programs.PEERS]
    run(options, [(problem, name, seed, settings) for problem in prepared(options, folder, TUNING_SEEDS) for name in names
                  for settings in programs.CANDIDATES[name] for seed in TUNING_SEEDS], folder, samples_path)


def main():
    options = arguments()
    options.program = os.path.abspath(options.program)
    os.makedirs(options.out, exist_ok=True)
    samples_path = os.path.join(options.out, "tuning.jsonl" if options.tune else "samples.jsonl")
    if not options.table_only:
        with tempfile.TemporaryDirectory() as folder:
            (tune if options.tune else compare)(options, folder, samples_path)
    if not os.path.exists(samples_path):
        sys.exit("there was nothing to run")
    with open(samples_path) as file:
        samples = [json.loads(line) for line in file]
    if options.tune:
        with open(SETTINGS) as file:
            settings = json.load(file)
        for problem, found in tables.best_settings(samples).items():
            settings[problem] = settings.get(problem, {}) | found
        with open(SETTINGS, "w") as file:
            file.write(tables.settings_json(settings))
        return
    text = tables.markdown(samples)
    with open(os.path.join(options.out, "table.md"), "w") as file:
        file.write(text)
    print(text)


main()
