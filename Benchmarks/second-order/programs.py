"""What trains: this program's optimisers, and the peers with their settings."""
import atexit
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "compare"))
import machine  # noqa: E402

OURS = ["Frontprop, lm", "Frontprop, lm, minibatches", "Frontprop, lbfgs"]
# The module of each.
PEERS = {
    "torch-levenberg-marquardt": "torch_lm",
    "torch-levenberg-marquardt, minibatches": "torch_lm",
    "SciPy, lm": "scipy_least_squares",
    "SciPy, trf": "scipy_least_squares",
    "PyTorch, L-BFGS": "torch_optimizers",
    "PyTorch, Adam": "torch_optimizers",
    "scikit-learn, lbfgs": "sklearn_lbfgs",
}


def combinations(**values):
    found = [{}]
    for name, choices in values.items():
        found = [one | {name: choice} for one in found for choice in choices]
    return found


PRECISIONS = ["float64", "float32"]
# The first is the library's own.
DAMPINGS = [{}, {"dec_factor": 0.5, "inc_factor": 2}, {"dec_factor": 0.3, "inc_factor": 3}, {"damping_mode": "adaptive"},
            {"starting_value": 1e-2, "damping_mode": "fletcher"}]
# What --tune tries.
CANDIDATES = {
    "torch-levenberg-marquardt": combinations(solve_method=["cholesky", "solve"], damping=DAMPINGS),
    "torch-levenberg-marquardt, minibatches": combinations(
        batch=[200, 500, 1000], solve_method=["cholesky", "solve"], damping=DAMPINGS),
    "SciPy, lm": combinations(method=["lm"], x_scale=[1, "jac"]),
    "SciPy, trf": combinations(method=["trf"], x_scale=[1, "jac"], tr_solver=["exact", "lsmr"]),
    "PyTorch, L-BFGS": combinations(kind=["lbfgs"], precision=PRECISIONS, history=[10, 30, 100]),
    "PyTorch, Adam": combinations(
        kind=["adam"], precision=["float32"], rate=[3e-3, 1e-2, 3e-2], batch=[100, 500]),
    "scikit-learn, lbfgs": combinations(precision=PRECISIONS),
}


def environment():
    return machine.environment() | {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class Runner:
    """Trains on one core, and gives curves: lists of [seconds, loss]."""

    def __init__(self, program, core):
        self.program = program
        self.prefix = ["taskset", "-c", str(core)]
        self.servers = {}

    def curve(self, name, problem, folder, seed, settings):
        first = os.path.join(folder, f"first-{seed}.safetensors")
        if name in OURS:
            return self.ours(name.split(", ")[1], settings, problem, folder, first)
        task = {"folder": folder, "first": first, "settings": settings, "target": problem.target, "seconds": problem.seconds,
                "limit": problem.limit}
        server = self.server(PEERS[name])
        server.stdin.write(json.dumps(task) + "\n")
        server.stdin.flush()
        points = []
        for line in server.stdout:
            point = json.loads(line)
            if point is None:
                return points
            points.append(point)
        raise SystemExit(f"{name} ended: {server.wait()}")

    def server(self, module):
        """With the libraries loaded; waits at no cost between its runs."""
        if module not in self.servers:
            command = [sys.executable, os.path.join(HERE, "peers", "serve.py"), module]
            server = subprocess.Popen(
                self.prefix + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
            atexit.register(server.kill)
            self.servers[module] = server
        return self.servers[module]

    def ours(self, optimizer, settings, problem, folder, first):
        with tempfile.TemporaryDirectory() as work:
            inputs, outputs = problem.sizes[0], problem.sizes[-1]
            targets = ",".join(str(inputs + 1 + output) for output in range(outputs))
            command = self.prefix + [
                self.program, "train", "--data", f"{folder}/table.npy", "--target", targets, "--task", "regression", "--test", "0",
                "--validation", "0", "--scale-inputs", "none", "--scale-targets", "none",
                "--model", "x".join(map(str, problem.sizes)), "--activation", "tanh", "--output-activation", "linear", "--loss", "mse",
                "--optimizer", optimizer, "--precision", "float64", "--threads", "1", "--epochs", "1000000",
                "--checkpoint-every", "1000000", "--weights", first, "--json", "--run", f"{work}/run"]
            command += ["--batch-size", str(settings["batch"])] if settings else []
            points, seconds = [], 0.0
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as process:
                for event in map(json.loads, process.stdout):
                    if event["event"] != "epoch":
                        continue
                    seconds += event["train_seconds"]
                    points.append([seconds, event["train_loss"]])
                    if seconds >= problem.limit or seconds >= problem.seconds and event["train_loss"] <= problem.target:
                        process.terminate()
                        break
                process.stdout.close()
                errors = process.stderr.read()
            if not points:
                raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{errors[-2000:]}")
            return points

    def close(self):
        for server in self.servers.values():
            server.stdin.close()
            server.wait()
