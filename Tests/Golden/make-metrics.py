#!/usr/bin/env python3
"""Makes metrics.json: scikit-learn's figures of outputs that are written there beside them.

pip install numpy scikit-learn. Outputs of a regression mean y = t · scale + shift, or the exponential of that; those of classes are
softmax or sigmoids of the logits, and sigmoids are made probabilities by their sum.
"""

import json
from pathlib import Path

import numpy as np
from sklearn import metrics

random = np.random.default_rng(16)
rows = 260


def regression(name, units, outputs, targets):
    meaning = np.array([[u["scale"], u["shift"]] for u in units])
    plain = [values * meaning[:, 0] + meaning[:, 1] for values in (outputs, targets)]
    is_log = [u["log"] for u in units]
    found, asked = [np.where(is_log, np.exp(np.where(is_log, values, 0)), values) for values in plain]
    errors = np.abs(found - asked).max(axis=1)
    return {
        "name": name,
        "units": units,
        "inputs": outputs.tolist(),
        "targets": targets.tolist(),
        "scores": {
            "rmse": metrics.root_mean_squared_error(asked, found),
            "mae": metrics.mean_absolute_error(asked, found),
            "r2": metrics.r2_score(asked, found),
            "largest_error": errors.max(),
        },
        "largest_error_row": int(errors.argmax()),
    }


def classes(name, activation, logits, labels):
    number = logits.shape[1]
    if activation == "softmax":
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    else:
        chances = 1 / (1 + np.exp(-logits))
    answers = chances.argmax(axis=1)
    chances /= chances.sum(axis=1, keepdims=True)
    precision, recall, f1, count = metrics.precision_recall_fscore_support(
        labels, answers, labels=range(number), zero_division=0
    )
    return {
        "name": name,
        "activation": activation,
        "inputs": logits.tolist(),
        "labels": labels.tolist(),
        "scores": {
            "accuracy": metrics.accuracy_score(labels, answers),
            "f1": metrics.f1_score(labels, answers, average="macro"),
            "log_loss": metrics.log_loss(labels, chances, labels=range(number)),
        },
        "confusion_matrix": metrics.confusion_matrix(labels, answers, labels=range(number)).tolist(),
        "by_class": np.stack([count, precision, recall, f1], axis=1).tolist(),
    }


def unit(name, shift=0.0, scale=1.0, log=False):
    return {"name": name, "shift": shift, "scale": scale, "log": log}


targets = random.normal(size=(rows, 3))
outputs = targets + 0.3 * random.normal(size=(rows, 3))
labels = random.integers(0, 3, size=rows)
logits = 2 * random.normal(size=(rows, 5))
logits[np.arange(rows), labels] += 2
# Nothing is taken for the last class, nor is anything of it; of the last but one nothing is, but some are taken for it.
logits[:, 4] = -30
sure = 40 * random.normal(size=(rows, 3))
cases = [
    regression("one output as it is", [unit("y")], outputs[:, :1], targets[:, :1]),
    regression("a scaled output", [unit("y", -250.0, 17.5)], outputs[:, :1], targets[:, :1]),
    regression(
        "three outputs, one of them by its logarithm",
        [unit("a", 1e3, 0.25), unit("b", 2.0, 1.5, True), unit("c", 0.0, 1e-3)],
        outputs,
        targets,
    ),
    regression("the same for all rows", [unit("y")], outputs[:, :1], np.full((rows, 1), 0.5)),
    classes("classes of which two do not occur", "softmax", logits, labels),
    classes("chances that are no more than rounding", "softmax", sure, labels),
    classes("sigmoids", "sigmoid", logits, labels),
]
Path(__file__).with_name("metrics.json").write_text(json.dumps({"cases": cases}) + "\n")
