#!/usr/bin/env python3
"""Times Frontprop and its peers in turn on the same cores; see run.sh.

A run is a fresh process that trains for some epochs; its time is the median of its epochs' training passes, the first
left out. Runs are interleaved, in another order in each round, so that a machine whose speed drifts slows all alike.
A peer's time is the median of its runs; a ratio is that of two such medians. Every run is kept in samples.jsonl, with the
machine's load before it, and a second call with the same --out adds to it.

Each side is at its best: every BLAS chooses its kernels by itself (what the environment says of OpenBLAS's is not handed on)
and the table says which; threads are bound to the cores, and the data are in memory before the clock starts.
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
WIDE_EPOCHS = 4
OURS = "Frontprop"
# What would make one side choose other kernels, or other threads, than it would by itself.
UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
         "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "XLA_FLAGS", "NPY_DISABLE_CPU_FEATURES"]
# Cores that other programs keep busy before a run, beyond which the table warns.
LOADED = 0.1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built frontprop")
    parser.add_argument("--data", required=True, help="folder of MNIST's IDX files, plain or gzipped")
    parser.add_argument("--out", default="comparison", help="folder for samples.jsonl, table.json and table.md")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--models", default=",".join(EPOCHS),
                        help="classifier, autoencoder, and any sizes: 784x256x256x10, separated by commas")
    parser.add_argument("--samples", type=int, help="the first of the training set [all]")
    parser.add_argument("--workers", default="1,2", help="numbers of cores, separated by commas")
    parser.add_argument("--table-only", action="store_true", help="only write the tables of the samples there are")
    options = parser.parse_args()
    options.models = options.models.split(",")
    options.workers = [int(count) for count in options.workers.split(",")]
    return options


def mpirun(ranks):
    command = ["mpirun", "--bind-to", "core", "-n", str(ranks)]
    return command + ["--allow-run-as-root"] if os.geteuid() == 0 else command


def works(options, model, workers):
    """Name, command and reader of its epochs' seconds, of everything that runs on this many cores."""
    wide = model not in EPOCHS
    common = ["--data", options.data, "--model", model, "--epochs", str(EPOCHS.get(model, WIDE_EPOCHS))]
    threads = ["--threads", str(workers)]

    def peer(script, *extra, ranks=1):
        start = mpirun(ranks) if ranks > 1 else []
        samples = ["--samples", str(options.samples)] if options.samples else []
        return start + [sys.executable, os.path.join(PEERS, script), *common, *samples, "--no-eval", *extra]

    def ours(*extra, ranks=1, threads=1):
        start = mpirun(ranks) if ranks > 1 else []
        run = ["--threads", str(threads), "--json", "--run", "{run}"]
        samples = ["--train-limit", str(options.samples)] if options.samples else []
        sizes = model.split("x")
        # A program that knows no --target takes a network's inputs for its targets where sizes allow it.
        target = ["--target", "inputs"] if wide and sizes[0] == sizes[-1] and options.has_target else []
        engine = ["--gradient", "backprop"] if wide else []
        return start + [options.program, "train", *common, *samples, *target, *engine, *run, *extra]

    yield "NumPy + mpi4py", peer("mpi4py_numpy_train.py", ranks=workers), read_peer
    # OpenMP's threads, one a core.
    bound = ["env", f"OMP_NUM_THREADS={workers}", "OMP_PROC_BIND=true", "OMP_PLACES=cores"]
    if wide:
        yield "PyTorch, eager", bound + peer("general_torch.py", *threads), read_peer
        yield "JAX, epoch jitted", peer("general_jax.py", *threads), read_peer
    else:
        yield "PyTorch, eager", bound + peer("torch_train.py", *threads), read_peer
        hand = bound + peer("torch_train.py", *threads, "--hand", "--u8")
        yield "PyTorch, hand-written, bytes", hand, read_peer
        yield "PyTorch, hand-written, bytes, oneDNN", hand + ["--gemm", "onednn"], read_peer
        yield "JAX, epoch jitted", peer("jax_train.py", *threads), read_peer
    if workers > 1:
        yield f"{OURS}, ranks", ours(ranks=workers), read_ours
    if workers > 1 and not wide:
        yield f"{OURS}, ranks, allreduce", ours("--reduction", "allreduce", ranks=workers), read_ours
    yield f"{OURS}, threads", ours(threads=workers), read_ours
    if workers == 1 and not wide:
        yield f"{OURS}, threads, allreduce", ours("--reduction", "allreduce"), read_ours


def read_peer(text):
    return [float(line.split()[3]) for line in text.splitlines() if line.startswith("epoch ")]


def read_ours(text):
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [event["train_seconds"] for event in events if event["event"] == "epoch"]


def environment():
    """This process's, but for what would hinder either side."""
    return {name: value for name, value in os.environ.items() if name not in UNSET}


def kernels_of_ours(folder):
    """The instruction set that the run's record names; None of a peer."""
    try:
        with open(os.path.join(folder, "run", "config.json")) as file:
            return "own, " + json.load(file)["instruction_set"]
    except OSError:
        return None


def measure(command, read, cores):
    """The median of a fresh process's epochs, the first left out; and the kernels that this program says it used."""
    folder = tempfile.mkdtemp()
    command = ["taskset", "-c", ",".join(map(str, cores))] + [part.format(run=folder + "/run") for part in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200, env=environment())
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
        return statistics.median(read(done.stdout)[1:]), kernels_of_ours(folder)
    finally:
        shutil.rmtree(folder)


def peers_kernels():
    """What each peer's library says it chose on this CPU."""
    found = {}
    for name, library in (("NumPy", "numpy"), ("PyTorch, hand-written, bytes, oneDNN", "onednn"), ("PyTorch", "torch"),
                          ("JAX", "jax")):
        command = [sys.executable, os.path.join(PEERS, "kernels.py"), library]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment())
        found[name] = done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else "?"
    return found


def busy_cores(seconds=0.2):
    """Cores that other programs, or this machine's host, keep from this one; None where Linux does not tell."""
    def ticks():
        with open("/proc/stat") as file:
            fields = [float(field) for field in file.readline().split()[1:]]
        return sum(fields[i] for i in (0, 1, 2, 5, 6, 7)) / os.sysconf("SC_CLK_TCK")
    try:
        before = ticks()
        time.sleep(seconds)
        return round((ticks() - before) / seconds, 2)
    except (OSError, ValueError, IndexError):
        return None


def run(options, samples_path):
    cores = sorted(os.sched_getaffinity(0))
    cases = [(model, workers) + work for model in options.models for workers in options.workers
             for work in works(options, model, workers)]
    if max(options.workers) > len(cores):
        raise SystemExit(f"{max(options.workers)} workers need as many cores; this process may use {len(cores)}")
    peers = peers_kernels()
    for repeat in range(options.repeats):
        random.Random(repeat).shuffle(cases)
        for model, workers, name, command, read in cases:
            load = {"load_average": os.getloadavg()[0], "others": busy_cores()}
            seconds, kernels = measure(command, read, cores[:workers])
            kernels = kernels or next((chosen for peer, chosen in peers.items() if name.startswith(peer)), None)
            sample = {"model": model, "workers": workers, "name": name, "seconds": seconds, "kernels": kernels}
            if options.samples:
                sample["samples"] = options.samples
            with open(samples_path, "a") as file:
                file.write(json.dumps(sample | load) + "\n")
            print(f"round {repeat + 1}: {model}, {workers} cores, {name}: {seconds:.4f} s", file=sys.stderr)


def processor():
    with open("/proc/cpuinfo") as file:
        fields = {key.strip(): value.strip() for key, value in
                  (line.split(":", 1) for line in file if ":" in line)}
    family = f" (family {fields['cpu family']}, model {fields['model']})" if "cpu family" in fields else ""
    return fields.get("model name", platform.machine()) + family


def versions():
    import importlib.metadata as metadata
    return {name: metadata.version(name) for name in ("torch", "jax", "numpy", "mpi4py")}


def is_best_of_ours(row):
    return row["name"].startswith(OURS) and "allreduce" not in row["name"]


def summarise(samples):
    """Median, least and greatest seconds of each work, with the ratios to this program's best on as many cores."""
    groups = {}
    for sample in samples:
        groups.setdefault((sample["model"], sample["workers"], sample["name"]), []).append(sample)
    rows = []
    for (model, workers, name), group in groups.items():
        seconds = [sample["seconds"] for sample in group]
        kernels = sorted({sample.get("kernels") or "?" for sample in group})
        rows.append({
            "model": model, "workers": workers, "name": name, "runs": len(seconds), "median": statistics.median(seconds),
            "least": min(seconds), "greatest": max(seconds), "kernels": " / ".join(kernels)})
    for row in rows:
        ours = [other["median"] for other in rows
                if (other["model"], other["workers"]) == (row["model"], row["workers"]) and is_best_of_ours(other)]
        row["ratio"] = row["median"] / min(ours) if ours else None
    order = list(EPOCHS) + sorted({row["model"] for row in rows} - set(EPOCHS), key=lambda model: (len(model), model))
    return sorted(rows, key=lambda row: (order.index(row["model"]), row["workers"], -row["median"]))


def against_the_fastest(rows):
    """For each network and number of cores: the fastest peer, this program, and how many times faster it is."""
    lines = ["| network | cores | fastest peer | seconds | this program | seconds | times as fast |",
             "|---|---|---|---|---|---|---|"]
    for model, workers in dict.fromkeys((row["model"], row["workers"]) for row in rows):
        own = [row for row in rows if (row["model"], row["workers"]) == (model, workers)]
        ours = [row for row in own if is_best_of_ours(row)]
        peers = [row for row in own if not row["name"].startswith(OURS)]
        if ours and peers:
            peer, best = (min(group, key=lambda row: row["median"]) for group in (peers, ours))
            lines.append(
                f"| {model} | {workers} | {peer['name']} | {peer['median']:.4f} | {best['name'].split(', ')[-1]} | "
                f"{best['median']:.4f} | {peer['median'] / best['median']:.2f} |")
    return lines


def span(values, digits):
    return f"{min(values):.{digits}f} – {max(values):.{digits}f}" if values else "not known"


def markdown(result):
    samples = f"the first {result['samples']} images" if result["samples"] else "60000 images"
    load = result["load_at_start"]
    text = [
        f"Seconds of an epoch's training pass: MNIST, {samples}, minibatch 1000, float32. Medians of {result['runs']} runs "
        f"(least – greatest), all in turn; ratio: to this program's faster layout on as many cores.", "",
        f"{result['date']}, {result['processor']}, "
        + ", ".join(f"{name} {version}" for name, version in result["versions"].items())
        + f". Before the runs other programs kept {span(load['others'], 2)} cores busy, the load average was "
        + f"{span(load['average'], 1)}.", "",
    ]
    if result["loaded_runs"]:
        text += [f"**The machine was loaded**: before {result['loaded_runs']} of {len(load['others'])} runs other programs "
                 f"kept more than {LOADED} cores busy.", ""]
    text += [
        "| network | cores | program | kernels | seconds | least – greatest | ratio |", "|---|---|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        text.append(
            f"| {row['model']} | {row['workers']} | {row['name']} | {row['kernels']} | {row['median']:.4f} | "
            f"{row['least']:.4f} – {row['greatest']:.4f} | {ratio} |")
    return "\n".join(text + [""] + against_the_fastest(result["rows"])) + "\n"


def results(samples):
    rows = summarise(samples)
    counts = sorted({row["runs"] for row in rows})
    others = [sample["others"] for sample in samples if sample.get("others") is not None]
    return {
        "date": time.strftime("%Y-%m-%d"), "processor": processor(), "versions": versions(),
        "unset": [name for name in UNSET if name in os.environ],
        "runs": str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}",
        "samples": next((sample["samples"] for sample in samples if "samples" in sample), None),
        "load_at_start": {
            "others": others, "average": [sample["load_average"] for sample in samples if "load_average" in sample]},
        "loaded_runs": sum(other > LOADED for other in others), "rows": rows,
    }


def main():
    options = arguments()
    options.program = os.path.abspath(options.program)
    options.data = os.path.abspath(options.data)
    os.makedirs(options.out, exist_ok=True)
    usage = subprocess.run([options.program, "train", "--help"], capture_output=True, text=True)
    options.has_target = "--target" in usage.stdout
    samples_path = os.path.join(options.out, "samples.jsonl")
    if not options.table_only:
        if os.path.exists(samples_path):
            print(f"adding to the runs in {samples_path}, whatever program they timed", file=sys.stderr)
        run(options, samples_path)
    with open(samples_path) as file:
        result = results([json.loads(line) for line in file])
    with open(os.path.join(options.out, "table.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(options.out, "table.md"), "w") as file:
        file.write(markdown(result))
    print(markdown(result))


main()
