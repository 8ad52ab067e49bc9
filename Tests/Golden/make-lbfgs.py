#!/usr/bin/env python3
"""Makes lbfgs.json: what SciPy's L-BFGS-B, in float64, comes to in runs of the program (pip install scipy torch numpy).

    Tests/Golden/make-lbfgs.py PROGRAM >lbfgs.new && mv lbfgs.new Tests/Golden/lbfgs.json

PROGRAM draws the first weights; losses and gradients are PyTorch's, as in make-parity.py. Of each run: the whole set's loss at
the first weights and after as many iterations, with a history of ten and a line search of its own."""
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy
import torch
from scipy.optimize import minimize

specification = importlib.util.spec_from_file_location("parity", Path(__file__).with_name("make-parity.py"))
parity = importlib.util.module_from_spec(specification)
specification.loader.exec_module(parity)

NUMBERS = "--data GOLDEN/numbers/inputs.npy --targets GOLDEN/numbers/targets.npy "
TABLE = "--data GOLDEN/table/train.csv --test GOLDEN/table/test.csv --validation 0 "
CASES = [
    (50, NUMBERS + "--model 5x16x12x3 --activation tanh --loss mse --output-activation linear"),
    (50, NUMBERS + "--model 5x16x3 --activation sigmoid --loss cross-entropy --output-activation sigmoid --row-weights GOLDEN/numbers/weights.npy"),
    (50, TABLE + "--target y,z --features age,income,tiny,color,flat --model 6x8x2 --activation tanh --loss mse"),
    (50, TABLE + "--target kind --features age,income,tiny,color,flat,y --model 7x3 --activation tanh --loss cross-entropy --weight-decay 0.01"),
    (15, NUMBERS + "--model 5x3 --activation tanh --loss mse --output-activation linear"),
]


def run(program, iterations, text, work):
    given = parity.options(text.split())
    train = next(parity.table(given) if "--test" in given else parity.numbers(given))
    inputs, targets, labels, weights = train
    model = parity.network(given)
    model.load_state_dict(parity.first_weights(program, given, work))
    parameters = list(model.parameters())
    decay = float(given.get("--weight-decay", 0))

    def place(values):
        for parameter, part in zip(parameters, np.split(values, np.cumsum([p.numel() for p in parameters])[:-1])):
            parameter.data = torch.tensor(part.reshape(parameter.shape))

    def loss():
        return (parity.sample_losses(given, model(inputs), targets, labels) * weights).sum() / weights.sum()

    def objective(values):
        place(values)
        for parameter in parameters:
            parameter.grad = None
        value = loss() + decay / 2 * sum((parameter**2).sum() for parameter in parameters)
        value.backward()
        return value.item(), np.concatenate([parameter.grad.numpy().ravel() for parameter in parameters])

    first = np.concatenate([parameter.detach().numpy().ravel() for parameter in parameters])
    begin = loss().item()
    found = minimize(
        objective, first, jac=True, method="L-BFGS-B",
        options={"maxiter": iterations, "maxcor": 10, "ftol": 0, "gtol": 0, "maxfun": 10000})
    place(found.x)
    return {"options": text.split(), "iterations": iterations, "first": begin, "loss": loss().item(), "evaluations": found.nfev}


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        runs = [run(sys.argv[1], iterations, text, f"{work}/{index}") for index, (iterations, text) in enumerate(CASES)]
    print(json.dumps({"scipy": scipy.__version__, "torch": torch.__version__, "runs": runs}, indent=1))


main()
