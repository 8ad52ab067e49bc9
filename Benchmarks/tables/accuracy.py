#!/usr/bin/env python3
"""Test scores of Frontprop's defaults and of scikit-learn on the same splits, medians over seeds, as Markdown.

    python Benchmarks/tables/accuracy.py --program .build/release/frontprop TABLE.csv:TARGET …

Frontprop draws the split (`data split --test 0.2 --seed N`, which is the one that `train --test 0.2 --seed N` draws) and trains
with nothing else said. scikit-learn is given the same rows, inputs and numbers that are asked for standardised: a multilayer
perceptron of the same sizes with early stopping, the same without, and a random forest. The score is the share of right answers,
or R².
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import warnings

import pandas
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def ours(program, path, target, seed, folder):
    """The score that the run's last event has."""
    command = [program, "train", "--data", path, "--target", target, "--test", "0.2", "--seed", str(seed), "--json",
               "--run", os.path.join(folder, "run")]
    events = [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]
    end = events[-1]
    return end["test_accuracy"] if end.get("test_accuracy") is not None else end["test_r2"]


def theirs(program, path, target, seed, folder, is_classes):
    """scikit-learn's scores by name."""
    split = os.path.join(folder, "split")
    command = [program, "data", "split", path, "--test", "0.2", "--seed", str(seed), "--output", split]
    if is_classes:
        command += ["--stratify", target]
    subprocess.run(command, check=True, capture_output=True)
    train, test = (pandas.read_csv(os.path.join(split, name + ".csv")) for name in ("train", "test"))
    mlp, forest = (MLPClassifier, RandomForestClassifier) if is_classes else (MLPRegressor, RandomForestRegressor)
    sizes = dict(hidden_layer_sizes=(64, 64), activation="tanh", max_iter=500, random_state=seed)


    def scaled(network):
        pipeline = make_pipeline(StandardScaler(), network)
        return pipeline if is_classes else TransformedTargetRegressor(pipeline, transformer=StandardScaler())

    models = {
        "MLP 64x64 tanh, early stopping": scaled(mlp(**sizes, early_stopping=True, n_iter_no_change=50)),
        "MLP 64x64 tanh, 500 epochs": scaled(mlp(**sizes, n_iter_no_change=500)),
        "random forest": forest(random_state=seed),
    }
    scores = {}
    for name, model in models.items():
        model.fit(train.drop(columns=target), train[target])
        scores[name] = model.score(test.drop(columns=target), test[target])
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built frontprop")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("tables", nargs="+", metavar="TABLE.csv:TARGET")
    options = parser.parse_args()
    rows = []
    for text in options.tables:
        path, target = text.rsplit(":", 1)
        column = pandas.read_csv(path)[target]
        is_numbers = pandas.api.types.is_numeric_dtype(column)
        is_classes = not is_numbers or ((column % 1 == 0).all() and column.nunique() <= 20)
        scores = {}
        for seed in range(1, options.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                found = {"Frontprop": ours(options.program, path, target, seed, folder)}
                found |= theirs(options.program, path, target, seed, folder, is_classes)
            for name, score in found.items():
                scores.setdefault(name, []).append(score)
        rows.append((os.path.basename(path), "accuracy" if is_classes else "R²", scores))
    names = list(rows[0][2])
    print("| table | score | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    for table, kind, scores in rows:
        cells = [f"{statistics.median(scores[name]):.3f} ({min(scores[name]):.3f}–{max(scores[name]):.3f})" for name in names]
        print(f"| {table} | {kind} | " + " | ".join(cells) + " |")


main()
