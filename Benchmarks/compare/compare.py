#!/usr/bin/env python3
"""Times Frontprop and its peers in turn on the same cores; see run.sh.

A run is a fresh process that trains for some epochs; its time is the median of its epochs' training passes, the first
left out. Runs are interleaved, in another order in each round, so that a machine whose speed drifts slows all alike.
A peer's time is the median of its runs; a ratio is that of two such medians. Every run is kept in samples.jsonl, and
a second call with the same --out adds to it.
"""
import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
EPOCHS = {"classifier": 17, "autoencoder": 5}
OURS = "Frontprop"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built frontprop")
    parser.add_argument("--data", required=True, help="folder of MNIST's IDX files, plain or gzipped")
    parser.add_argument("--out", default="comparison", help="folder for samples.jsonl, table.json and table.md")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--models", nargs="+", default=list(EPOCHS), choices=list(EPOCHS))
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--table-only", action="store_true", help="only write the tables of the samples there are")
    return parser.parse_args()


def mpirun(ranks):
    command = ["mpirun", "--bind-to", "core", "-n", str(ranks)]
    return command + ["--allow-run-as-root"] if os.geteuid() == 0 else command


def works(options, model, workers):
    """Name, command and reader of its epochs' seconds, of everything that runs on this many cores."""
    common = ["--data", options.data, "--model", model, "--epochs", str(EPOCHS[model])]

    def peer(script, *extra, ranks=1):
        start = mpirun(ranks) if ranks > 1 else []
        return start + [sys.executable, os.path.join(PEERS, script), *common, "--no-eval", *extra]

    def ours(*extra, ranks=1, threads=1):
        start = mpirun(ranks) if ranks > 1 else []
        run = ["--threads", str(threads), "--json", "--run", "{run}"]
        return start + [options.program, "train", *common, *run, *extra]

    threads = ["--threads", str(workers)]
    yield "PyTorch, eager", peer("torch_train.py", *threads), read_peer
    yield "PyTorch, hand-written, bytes", peer("torch_train.py", *threads, "--hand", "--u8"), read_peer
    yield "JAX, epoch jitted", peer("jax_train.py", *threads), read_peer
    yield "NumPy + mpi4py", peer("mpi4py_numpy_train.py", ranks=workers), read_peer
    if workers > 1:
        yield f"{OURS}, ranks", ours(ranks=workers), read_ours
        yield f"{OURS}, ranks, allreduce", ours("--reduction", "allreduce", ranks=workers), read_ours
    yield f"{OURS}, threads", ours(threads=workers), read_ours
    if workers == 1:
        yield f"{OURS}, threads, allreduce", ours("--reduction", "allreduce"), read_ours


def read_peer(text):
    return [float(line.split()[3]) for line in text.splitlines() if line.startswith("epoch ")]


def read_ours(text):
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [event["train_seconds"] for event in events if event["event"] == "epoch"]


def measure(command, read, cores):
    """The median of a fresh process's epochs, the first left out."""
    folder = tempfile.mkdtemp()
    command = ["taskset", "-c", ",".join(map(str, cores))] + [part.format(run=folder + "/run") for part in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
        return statistics.median(read(done.stdout)[1:])
    finally:
        shutil.rmtree(folder)


def run(options, samples_path):
    cores = sorted(os.sched_getaffinity(0))
    cases = [(model, workers) + work for model in options.models for workers in options.workers
             for work in works(options, model, workers)]
    if max(options.workers) > len(cores):
        raise SystemExit(f"{max(options.workers)} workers need as many cores; this process may use {len(cores)}")
    for repeat in range(options.repeats):
        random.Random(repeat).shuffle(cases)
        for model, workers, name, command, read in cases:
            seconds = measure(command, read, cores[:workers])
            with open(samples_path, "a") as file:
                file.write(json.dumps({"model": model, "workers": workers, "name": name, "seconds": seconds}) + "\n")
            print(f"round {repeat + 1}: {model}, {workers} cores, {name}: {seconds:.4f} s", file=sys.stderr)


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())


def versions():
    import importlib.metadata as metadata
    return {name: metadata.version(name) for name in ("torch", "jax", "numpy", "mpi4py")}


def summarise(samples):
    """Median, least and greatest seconds of each work, with the ratios to this program's best on as many cores."""
    groups = {}
    for sample in samples:
        groups.setdefault((sample["model"], sample["workers"], sample["name"]), []).append(sample["seconds"])
    rows = [
        {"model": model, "workers": workers, "name": name, "runs": len(seconds), "median": statistics.median(seconds),
         "least": min(seconds), "greatest": max(seconds)}
        for (model, workers, name), seconds in groups.items()
    ]
    for row in rows:
        ours = [other["median"] for other in rows
                if (other["model"], other["workers"]) == (row["model"], row["workers"])
                and other["name"].startswith(OURS) and "allreduce" not in other["name"]]
        row["ratio"] = row["median"] / min(ours) if ours else None
    order = {"classifier": 0, "autoencoder": 1}
    return sorted(rows, key=lambda row: (order[row["model"]], row["workers"], -row["median"]))


def markdown(result):
    text = [
        f"Seconds of an epoch's training pass: MNIST, minibatch 1000, float32. Medians of {result['runs']} runs "
        f"(least – greatest); ratio: to this program's faster layout on as many cores.", "",
        f"{result['date']}, {result['processor']}, "
        + ", ".join(f"{name} {version}" for name, version in result["versions"].items()) + ".", "",
        "| network | cores | program | seconds | least – greatest | ratio |", "|---|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        text.append(
            f"| {row['model']} | {row['workers']} | {row['name']} | {row['median']:.4f} | "
            f"{row['least']:.4f} – {row['greatest']:.4f} | {ratio} |")
    return "\n".join(text) + "\n"


def main():
    options = arguments()
    options.program = os.path.abspath(options.program)
    options.data = os.path.abspath(options.data)
    os.makedirs(options.out, exist_ok=True)
    samples_path = os.path.join(options.out, "samples.jsonl")
    if not options.table_only:
        if os.path.exists(samples_path):
            print(f"adding to the runs in {samples_path}, whatever program they timed", file=sys.stderr)
        run(options, samples_path)
    with open(samples_path) as file:
        rows = summarise([json.loads(line) for line in file])
    counts = sorted({row["runs"] for row in rows})
    result = {
        "date": time.strftime("%Y-%m-%d"), "processor": processor(), "versions": versions(),
        "runs": str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}", "rows": rows,
    }
    with open(os.path.join(options.out, "table.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(options.out, "table.md"), "w") as file:
        file.write(markdown(result))
    print(markdown(result))


main()
