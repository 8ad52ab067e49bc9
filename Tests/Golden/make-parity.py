#!/usr/bin/env python3
"""Makes parity.json: what PyTorch, in float64, makes of runs of the program (pip install torch numpy).

    Tests/Golden/make-parity.py PROGRAM >parity.new && mv parity.new Tests/Golden/parity.json

PROGRAM draws the digits and the first weights; the rest is PyTorch's: layers, loss, gradients, optimiser and clipping, without
shuffling. Of each epoch: the whole sets' losses after it, of classes their accuracies, and the mean of its minibatches' losses.
GOLDEN stands for this folder."""
import csv
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

GOLDEN = Path(__file__).resolve().parent
DIGITS = "--data synthetic --train-limit 530 --test-limit 120 "
NUMBERS = "--data GOLDEN/numbers/inputs.npy --targets GOLDEN/numbers/targets.npy --batch-size 20 "
TABLE = "--data GOLDEN/table/train.csv --test GOLDEN/table/test.csv --validation 0 --batch-size 20 --optimizer adam "
# Schedules without momentum, or with Adam: a velocity keeps the rates of its steps here, as in the article; PyTorch's has none.
CASES = [
    DIGITS + "--model 784x24x16x10 --activation relu --loss cross-entropy --batch-size 50 --learning-rate 0.1 --momentum 0.9",
    DIGITS + "--model 784x24x16x12x10 --activation relu,sigmoid,relu --loss cross-entropy --batch-size 100 --learning-rate 0.2 --momentum 0.5",
    DIGITS + "--model 784x20x10 --activation relu --output-activation sigmoid --batch-size 50 --learning-rate 1 --momentum 0.5",
    DIGITS + "--model 784x20x10 --activation relu --output-activation relu --batch-size 50 --learning-rate 0.2 --momentum 0.8",
    DIGITS + "--model 784x24x16x10 --activation relu --loss cross-entropy --batch-size 50 --optimizer adam --learning-rate 0.01 --beta1 0.8 --beta2 0.99",
    DIGITS + "--model 784x20x10 --activation sigmoid --output-activation sigmoid --batch-size 50 --learning-rate 4 --momentum 0.8 --nesterov",
    DIGITS + "--model 784x64x32x10 --activation relu --loss cross-entropy --batch-size 100 --optimizer adam",
    DIGITS + "--model 784x20x10 --activation gelu --loss cross-entropy --output-activation sigmoid --batch-size 50 --learning-rate 0.5 --momentum 0.9 --nesterov --weight-decay 0.001",
    DIGITS + "--model 784x20x16x10 --activation silu,elu --loss cross-entropy --batch-size 50 --learning-rate 0.05 --momentum 0.9 --clip-norm 0.5 --weight-decay 0.01",
    NUMBERS + "--model 5x16x12x3 --activation tanh --loss huber --optimizer adamw --learning-rate 0.01 --weight-decay 0.1 --schedule cosine --warmup 3steps",
    NUMBERS + "--model 5x16x12x8x3 --activation elu,gelu,silu --output-activation linear --learning-rate 0.05 --momentum 0.5",
    NUMBERS + "--model 5x16x12x3 --activation softplus,linear --loss cross-entropy --optimizer adam --learning-rate 0.02 --weight-decay 0.01 --clip-norm 0.1",
    NUMBERS + "--model 5x16x12x3 --activation leaky-relu --loss mae --learning-rate 0.02 --momentum 0 --schedule step:1:0.5 --initializer glorot",
    NUMBERS + "--model 5x16x12x3 --activation tanh,silu --loss quantile:0.9 --learning-rate 0.05 --momentum 0 --schedule exponential:0.8",
    NUMBERS + "--model 5x16x3 --activation softplus --loss poisson --optimizer adam --learning-rate 0.01 --warmup 1",
    NUMBERS + "--model 5x16x3 --activation gelu --loss poisson --output-activation softplus --learning-rate 0.05 --momentum 0",
    NUMBERS + "--model 5x16x12x3 --activation elu --output-activation tanh --learning-rate 0.05 --momentum 0.9 --row-weights GOLDEN/numbers/weights.npy",
    TABLE + "--target y,z --features age,income,tiny,color,flat --model 6x16x12x2 --activation tanh --loss mse",
    TABLE + "--target y --features age,color,z --scale-targets log --scale-inputs minmax --model 5x16x1 --activation gelu --loss huber --learning-rate 0.01",
    TABLE + "--target kind --features age,income,tiny,color,flat,y --model 7x16x3 --activation relu --loss cross-entropy --learning-rate 0.01",
    TABLE + "--target z --features age,income --scale-inputs none --scale-targets none --weight-column y --model 2x8x1 --activation tanh --loss mae",
]
EPOCHS = 3
FLAGS = ["--nesterov"]
# What the first weights depend on.
NETWORK = ["--data", "--targets", "--test", "--validation", "--target", "--features", "--scale-inputs", "--scale-targets", "--train-limit", "--test-limit", "--model", "--activation", "--output-activation", "--loss", "--initializer"]
LAYERS = {
    "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "leaky-relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU, "gelu": torch.nn.GELU, "silu": torch.nn.SiLU, "softplus": torch.nn.Softplus,
    "linear": torch.nn.Identity,
}


def idx(path, dtype=np.uint8):
    with open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, dtype, offset=4 + 4 * dimensions).reshape(shape)


def tensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        first, end = (8 + length + offset for offset in entry["data_offsets"])
        assert entry["dtype"] == "F64"
        found[name] = torch.tensor(np.frombuffer(data[first:end], "<f8").reshape(entry["shape"]).copy())
    return found


def digits(folder):
    """Of the training and the test set: inputs, targets, labels, weights."""
    for name in ("train", "t10k"):
        images = idx(f"{folder}/{name}-images-idx3-ubyte")
        labels = torch.tensor(idx(f"{folder}/{name}-labels-idx1-ubyte").astype(np.int64))
        inputs = torch.tensor(images.reshape(len(images), -1) / 255.0)
        yield inputs, functional.one_hot(labels, 10).double(), labels, torch.ones(len(labels), dtype=torch.float64)


def numbers(given):
    """As of digits; the first nine tenths train, and may have weights."""
    def rows(option):
        return torch.tensor(np.load(given[option].replace("GOLDEN", str(GOLDEN))).astype(np.float64))

    inputs, targets = rows("--data"), rows("--targets")
    weights = torch.ones(len(inputs), dtype=torch.float64)
    count = len(inputs) * 9 // 10
    if "--row-weights" in given:
        weights[:count] = rows("--row-weights")[:count]
    for part in (slice(0, count), slice(count, None)):
        yield inputs[part], targets[part], None, weights[part]


def table(given):
    """As of digits: columns scaled by what those of the training rows are, texts as zeros and ones; the training rows may have weights."""
    files = []
    for option in ("--data", "--test"):
        with open(given[option].replace("GOLDEN", str(GOLDEN)), newline="") as file:
            files.append(list(csv.DictReader(file)))
    train = files[0]

    def column(rows, name, scaling):
        values = [row[name] for row in train]
        if name in ("color", "kind"):
            names = sorted(set(values))
            return np.array([[float(row[name] == text) for text in names] for row in rows])
        known, found = (np.array([float(row[name]) for row in part]) for part in (train, rows))
        if scaling == "log":
            known, found = np.log(known), np.log(found)
        if scaling == "none":
            return found[:, None]
        if scaling == "minmax":
            return ((found - known.min()) / (known.max() - known.min()))[:, None]
        return ((found - known.mean()) / known.std())[:, None]

    for rows in files:
        def columns(names, scaling):
            used = [name for name in names.split(",") if name != "flat"]
            return torch.tensor(np.hstack([column(rows, name, scaling) for name in used]))

        inputs = columns(given["--features"], given.get("--scale-inputs", "standard"))
        targets = columns(given["--target"], given.get("--scale-targets", "standard"))
        weights = torch.ones(len(rows), dtype=torch.float64)
        if rows is train and "--weight-column" in given:
            weights = columns(given["--weight-column"], "none")[:, 0]
        yield inputs, targets, targets.argmax(1) if given["--target"] == "kind" else None, weights


def options(words):
    given = {}
    while words:
        name = words.pop(0)
        given[name] = True if name in FLAGS else words.pop(0)
    return given


def network(given):
    """The layers, but for an activation that PyTorch has in its loss, as of softmax."""
    sizes = [int(size) for size in given["--model"].split("x")]
    hidden = given["--activation"].split(",")
    hidden = hidden * (len(sizes) - 2) if len(hidden) == 1 else hidden
    last = given.get("--output-activation", "linear" if "--loss" in given else "sigmoid")
    layers = []
    for inputs, outputs, name in zip(sizes, sizes[1:], hidden + [last]):
        layers.append(torch.nn.Linear(inputs, outputs, dtype=torch.float64))
        layers.append(LAYERS[name]())
    if given.get("--loss") == "cross-entropy":
        layers.pop()
    return torch.nn.Sequential(*layers)


def sample_losses(given, outputs, targets, labels):
    """E of each sample."""
    loss, _, level = given.get("--loss", "mse").partition(":")
    if loss == "cross-entropy" and labels is not None and "--output-activation" not in given:
        return functional.cross_entropy(outputs, labels, reduction="none")
    if loss == "cross-entropy":
        terms = functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none")
    elif loss == "poisson":
        logarithms = "--output-activation" not in given
        terms = functional.poisson_nll_loss(outputs, targets, log_input=logarithms, full=False, reduction="none")
    elif loss == "quantile":
        error = targets - outputs
        terms = torch.maximum(float(level) * error, (float(level) - 1) * error)
    else:
        function = {"mse": functional.mse_loss, "mae": functional.l1_loss, "huber": functional.huber_loss}[loss]
        terms = function(outputs, targets, reduction="none")
    return terms.mean(1)


def optimizer(given, parameters):
    name = given.get("--optimizer", "sgd")
    decay = float(given.get("--weight-decay", 0))
    if name == "sgd":
        return torch.optim.SGD(
            parameters, lr=float(given["--learning-rate"]), momentum=float(given["--momentum"]),
            nesterov="--nesterov" in given, weight_decay=decay)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    betas = float(given.get("--beta1", 0.9)), float(given.get("--beta2", 0.999))
    return kind(parameters, lr=float(given.get("--learning-rate", 1e-3)), betas=betas, weight_decay=decay)


def rate_factor(given, step, steps_in_epoch):
    """Of a step of the run, from 0: a warm-up to the rate, and the schedule after it."""
    text = given.get("--warmup", "0steps")
    warmup = int(text[:-5]) if text.endswith("steps") else int(text) * steps_in_epoch
    if step < warmup:
        return (step + 1) / warmup
    name, *values = given.get("--schedule", "constant").split(":")
    epoch = step // steps_in_epoch - warmup // steps_in_epoch
    if name == "cosine":
        return (1 + math.cos(math.pi * (step - warmup) / (EPOCHS * steps_in_epoch - warmup))) / 2
    if name == "step":
        return float(values[1]) ** (epoch // int(values[0]))
    return float(values[0]) ** epoch if name == "exponential" else 1


def first_weights(program, given, folder):
    command = [program, "train", "--quiet", "--epochs", "0", "--precision", "float64", "--run", folder]
    for name in NETWORK:
        command += [name, given[name].replace("GOLDEN", str(GOLDEN))] if name in given else []
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return tensors(f"{folder}/model.safetensors")


def run(program, text, images, work):
    given = options(text.split())
    first = first_weights(program, given, f"{work}/{CASES.index(text)}")
    samples = {"synthetic": lambda: images, "GOLDEN/table/train.csv": lambda: table(given)}
    train, test = samples.get(given["--data"], lambda: numbers(given))()
    model = network(given)
    model.load_state_dict(first)

    def loss(samples):
        inputs, targets, labels, weights = samples
        outputs = model(inputs)
        return (sample_losses(given, outputs, targets, labels) * weights).sum() / weights.sum(), outputs

    descent = optimizer(given, model.parameters())
    size, count = int(given["--batch-size"]), len(train[0])
    steps_in_epoch = (count + size - 1) // size
    schedule = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: rate_factor(given, step, steps_in_epoch))
    epochs = []
    for _ in range(EPOCHS):
        losses = []
        for first in range(0, count, size):
            descent.zero_grad()
            value, _ = loss([part if part is None else part[first : first + size] for part in train])
            value.backward()
            if "--clip-norm" in given:
                torch.nn.utils.clip_grad_norm_(model.parameters(), float(given["--clip-norm"]))
            descent.step()
            schedule.step()
            losses.append(value.item())
        epoch = {"batch_loss": sum(losses) / len(losses)}
        with torch.no_grad():
            for name, samples in (("train", train), ("test", test)):
                value, outputs = loss(samples)
                epoch[f"{name}_loss"] = value.item()
                if samples[2] is not None:
                    epoch[f"{name}_accuracy"] = (outputs.argmax(1) == samples[2]).double().mean().item()
        epochs.append(epoch)
    return {"options": text.split(), "epochs": epochs}


def main():
    program = sys.argv[1]
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        command = [program, "data", "synthesize", f"{work}/digits", "--train", "530", "--test", "120"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        images = list(digits(f"{work}/digits"))
        runs = [run(program, text, images, work) for text in CASES]
    print(json.dumps({"torch": torch.__version__, "runs": runs}, indent=1))


if __name__ == "__main__":
    main()
