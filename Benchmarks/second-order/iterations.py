#!/usr/bin/env python3
"""What an iteration of L-BFGS takes, here and in PyTorch, one thread each: medians over turns, as Markdown.

    .venv/bin/python iterations.py PROGRAM

Both go from the same first weights, with a history of ten and strong Wolfe conditions; sinc(10x) on 1-20-1 with 20 000 samples, and
10 000 synthetic digits on 784-32-10. Takes a minute."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

TURNS = 3


def sinc(program, folder):
    x = np.random.default_rng(0).uniform(-1, 1, (22223, 1))
    y = np.sinc(10 * x / np.pi)
    np.save(f"{folder}/x.npy", x)
    np.save(f"{folder}/y.npy", y)
    options = ["--data", f"{folder}/x.npy", "--targets", f"{folder}/y.npy", "--output-activation", "linear", "--loss", "mse"]
    count = len(x) * 9 // 10
    return options, [1, 20, 1], torch.tensor(x[:count]), torch.tensor(y[:count]), torch.nn.functional.mse_loss, 200


def digits(program, folder):
    subprocess.run([program, "data", "synthesize", folder, "--train", "10000", "--test", "100"], check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/train-images-idx3-ubyte", "rb") as file:
        images = np.frombuffer(file.read()[16:], np.uint8).reshape(10000, 784)
    with open(f"{folder}/train-labels-idx1-ubyte", "rb") as file:
        labels = np.frombuffer(file.read()[8:], np.uint8)
    options = ["--data", folder, "--loss", "cross-entropy"]
    return options, [784, 32, 10], torch.tensor(images / 255.0), torch.tensor(labels.astype(np.int64)), torch.nn.functional.cross_entropy, 40


def ours(program, options, epochs, folder):
    subprocess.run([program, "train", "--quiet", "--threads", "1", "--epochs", str(epochs), "--run", folder] + options,
                   check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/metrics.jsonl") as file:
        epochs = [event for event in map(json.loads, file) if event["event"] == "epoch"]
    return [sum(epoch["train_seconds"] for epoch in epochs) / max(1, len(epochs))]


def theirs(first, sizes, x, y, loss, iterations):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs, dtype=x.dtype), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    model.load_state_dict(load_file(first))
    descent = torch.optim.LBFGS(model.parameters(), history_size=10, max_iter=iterations, max_eval=10**9, tolerance_grad=0,
                                tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        descent.zero_grad()
        value = loss(model(x), y)
        value.backward()
        return value

    closure()
    start = time.perf_counter()
    descent.step(closure)
    return [(time.perf_counter() - start) / descent.state[descent._params[0]]["n_iter"]]


def main():
    program = os.path.abspath(sys.argv[1])
    torch.set_num_threads(1)
    print("| work | precision | this program | PyTorch | times as fast |\n|---|---|---|---|---|")
    for work, name in ((sinc, "sinc(10x), 1-20-1, 20 000 samples"), (digits, "synthetic digits, 784-32-10, 10 000 samples")):
        for precision in ("float64", "float32"):
            with tempfile.TemporaryDirectory() as folder:
                options, sizes, x, y, loss, iterations = work(program, folder)
                options += ["--model", "x".join(map(str, sizes)), "--activation", "tanh", "--optimizer", "lbfgs",
                            "--precision", precision, "--gradient-tolerance", "0"]
                ours(program, options, 0, f"{folder}/first")
                x = x.to(getattr(torch, precision))
                y = y.to(x.dtype) if y.is_floating_point() else y
                found = [[], []]
                for turn in range(TURNS):
                    found[0] += ours(program, options, iterations, f"{folder}/{turn}")
                    found[1] += theirs(f"{folder}/first/model.safetensors", sizes, x, y, loss, iterations)
            mine, other = (1e3 * statistics.median(times) for times in found)
            print(f"| {name} | {precision} | {mine:.2f} ms | {other:.2f} ms | {other / mine:.1f} |")


main()
