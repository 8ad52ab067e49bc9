"""The machine: its load and names, and a program timed on some of its cores."""
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

from works import PEERS

# What would make one side choose other kernels, or other threads, than it would by itself.
UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
         "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "XLA_FLAGS", "NPY_DISABLE_CPU_FEATURES"]
# What kernels.py is asked for each name that a program's begins with; of two that fit, the first.
LIBRARIES = {"NumPy": "numpy", "PyTorch, hand-written, bytes, oneDNN": "onednn", "PyTorch, compiled": "inductor",
             "PyTorch": "torch", "JAX": "jax"}


def environment():
    """This process's, but for what would hinder either side."""
    return {name: value for name, value in os.environ.items() if name not in UNSET}


def measure(program, cores, seed):
    """What a fresh process of this program shows, as its reader says, with the kernels that it names, if it does."""
    folder = tempfile.mkdtemp()
    command = ["taskset", "-c", ",".join(map(str, cores))]
    command += [part.format(run=folder + "/run", seed=seed) for part in program.command]
    try:
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200, env=environment())
        wall = time.perf_counter() - started
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
        return program.read(done.stdout, wall) | {"kernels": kernels_of_ours(folder)}
    finally:
        shutil.rmtree(folder)


def kernels_of_ours(folder):
    """The instruction set that the run's record names; None of a peer."""
    try:
        with open(os.path.join(folder, "run", "config.json")) as file:
            return "own, " + json.load(file)["instruction_set"]
    except OSError:
        return None


def kernels_of_peers():
    """What each peer's library says it chose on this CPU; those that do not work here are left out."""
    found = {}
    for name, library in LIBRARIES.items():
        command = [sys.executable, os.path.join(PEERS, "kernels.py"), library]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment())
        if done.returncode == 0 and done.stdout.strip():
            found[name] = done.stdout.strip().splitlines()[-1]
        else:
            print(f"{name} does not work here:\n{done.stderr[-500:]}", file=sys.stderr)
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


def processor():
    with open("/proc/cpuinfo") as file:
        fields = {key.strip(): value.strip() for key, value in
                  (line.split(":", 1) for line in file if ":" in line)}
    family = f" (family {fields['cpu family']}, model {fields['model']})" if "cpu family" in fields else ""
    return fields.get("model name", platform.machine()) + family


def versions():
    import importlib.metadata as metadata
    return {name: metadata.version(name) for name in ("torch", "jax", "numpy", "mpi4py")}
