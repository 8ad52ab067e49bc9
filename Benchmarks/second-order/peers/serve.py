"""Trains by one of this folder's modules, whenever a line of standard input asks for it.

    python serve.py MODULE

A line is JSON: the problem's `folder`, the file of `first` weights, `target`, `seconds`, `limit`, and the module's `settings`. Each
run is a process of its own that has the libraries loaded already. It prints its curve, a line [seconds, loss] whenever it knows a
loss; then there is a line `null`.
"""
import importlib
import json
import os
import signal
import sys
import time
import traceback

import numpy as np
from safetensors.numpy import load_file

# The share of the time after which a loss is looked up that training itself does not tell.
LOOKS = 0.005


class Finished(Exception):
    """The time is over, or all that is asked for is known."""


class Clock:
    """Takes the time of training, and not that of looking up and writing down the loss."""

    def __init__(self, seconds, target, limit):
        self.seconds, self.target, self.limit = seconds, target, limit
        self.has_reached = False
        self.last = 0.0

    def start(self):
        self.first = time.perf_counter()
        self.arm(0)

    def arm(self, passed):
        """Has this process ended, also within a long call of a library, when the time is over."""
        signal.setitimer(signal.ITIMER_REAL, max(self.limit - passed, 0) + 0.1)

    def is_due(self):
        return time.perf_counter() - self.first - self.last >= LOOKS * self.limit

    def note(self, loss):
        """Takes down the loss, a number or a function that looks it up."""
        stopped = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, 0)
        passed = self.last = stopped - self.first
        loss = float(loss() if callable(loss) else loss)
        print(json.dumps([passed, loss]), flush=True)
        self.has_reached |= loss <= self.target
        if passed >= self.limit or self.has_reached and passed >= self.seconds:
            raise Finished
        self.arm(passed)
        self.first += time.perf_counter() - stopped


def run(module, task):
    tensors = load_file(task["first"])
    layers = [(tensors[f"{2 * layer}.weight"], tensors[f"{2 * layer}.bias"]) for layer in range(len(tensors) // 2)]
    table = np.load(os.path.join(task["folder"], "table.npy"))
    count = layers[0][0].shape[1]
    x, y = table[:, :count].copy(), table[:, count:].copy()
    clock = Clock(task["seconds"], task["target"], task["limit"])
    try:
        module.train(x, y, layers, clock, **task["settings"])
    except Finished:
        pass


def main():
    module = importlib.import_module(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(module, json.loads(line))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if status not in (0, signal.SIGALRM):
            raise SystemExit(f"ended with {status}")
        print("null", flush=True)


if __name__ == "__main__":
    main()
