"""The problems: their data, networks, first weights, and the losses and times that are asked for."""
import dataclasses
import os

import numpy as np
from safetensors.numpy import save_file


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is fitted: tanh networks with linear outputs, by the mean of squared errors over samples and outputs."""
    name: str
    title: str
    sizes: tuple
    make: object
    # The loss to which times are taken.
    target: float
    # When losses are compared, of each program's own clock.
    seconds: float
    # No run goes on for longer.
    limit: float

    @property
    def weight_count(self):
        return sum((inputs + 1) * outputs for inputs, outputs in zip(self.sizes, self.sizes[1:]))


def sinc(_):
    """As torch-levenberg-marquardt's README has it: examples/sinc_curve_fitting.py."""
    x = np.linspace(-1, 1, 20_000)[:, None]
    return x, np.sinc(10 * x)


def friedman1(_):
    """Friedman (1991), without noise; five of ten inputs say nothing."""
    x = np.random.default_rng(1).uniform(size=(5000, 10))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return standard(x), standard(y[:, None])


def arm(_):
    """Where the hand of a plane arm is, of three joints' angles."""
    angles = np.random.default_rng(2).uniform(-np.pi / 2, np.pi / 2, size=(5000, 3))
    directions = angles.cumsum(axis=1)
    lengths = np.array([1.0, 0.8, 0.5])
    return standard(angles), standard(np.stack([np.cos(directions) @ lengths, np.sin(directions) @ lengths], axis=1))


def concrete(path):
    """The file's last column of the others, as measured: with noise."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return standard(table[:, :-1]), standard(table[:, -1:])


def standard(columns):
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


PROBLEMS = {problem.name: problem for problem in [
    Problem("sinc", "sinc(10x), 20 000 points of -1…1", (1, 20, 1), sinc, 3.3e-7, 1, 5),
    Problem("friedman1", "friedman1 without noise, 5000 rows", (10, 20, 1), friedman1, 1e-4, 0.5, 4),
    Problem("friedman1-deep", "the same", (10, 30, 20, 1), friedman1, 1e-4, 2, 6),
    Problem("concrete", "concrete's compressive strength, 1030 rows", (8, 20, 1), concrete, 0.035, 0.5, 3),
    Problem("arm", "hand of a plane arm of three joints, 5000 rows", (3, 30, 20, 2), arm, 1e-5, 2, 6),
]}


def first_weights(sizes, seed):
    """PyTorch's: uniform, within one by the root of the inputs."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        bound = inputs ** -0.5
        tensors[f"{2 * layer}.weight"] = rng.uniform(-bound, bound, (outputs, inputs))
        tensors[f"{2 * layer}.bias"] = rng.uniform(-bound, bound, outputs)
    return tensors


def write(problem, folder, path, seeds):
    """Files of float64: inputs and, after them, targets as the columns of table.npy, and the first weights of each seed."""
    os.makedirs(folder)
    np.save(os.path.join(folder, "table.npy"), np.hstack(problem.make(path)))
    for seed in seeds:
        save_file(first_weights(problem.sizes, seed), os.path.join(folder, f"first-{seed}.safetensors"))
