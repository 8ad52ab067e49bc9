#!/usr/bin/env python3
"""Makes parity.json: what PyTorch, in float64, makes of runs of the program (pip install torch numpy).

    Tests/Golden/make-parity.py PROGRAM >parity.new && mv parity.new Tests/Golden/parity.json

PROGRAM draws the digits and the first weights; the rest is PyTorch's: layers, loss, gradients and optimiser, without
shuffling. Of each epoch: the whole sets' losses and accuracies after it, and the mean of its minibatches' losses."""
import json
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch

SAMPLES = ["--data", "synthetic", "--train-limit", "530", "--test-limit", "120"]
CASES = [
    "--model 784x24x16x10 --activation relu --loss cross-entropy --batch-size 50 --learning-rate 0.1 --momentum 0.9",
    "--model 784x24x16x12x10 --activation relu,sigmoid,relu --loss cross-entropy --batch-size 100 --learning-rate 0.2 --momentum 0.5",
    "--model 784x20x10 --activation relu --output-activation sigmoid --batch-size 50 --learning-rate 1 --momentum 0.5",
    "--model 784x20x10 --activation relu --output-activation relu --batch-size 50 --learning-rate 0.2 --momentum 0.8",
    "--model 784x24x16x10 --activation relu --loss cross-entropy --batch-size 50 --optimizer adam --learning-rate 0.01 --beta1 0.8 --beta2 0.99",
    "--model 784x20x10 --activation sigmoid --output-activation sigmoid --batch-size 50 --learning-rate 4 --momentum 0.8 --nesterov",
]
EPOCHS = 3
LAYERS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "leaky-relu": torch.nn.LeakyReLU}


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


def sets(folder):
    for name in ("train", "t10k"):
        images = idx(f"{folder}/{name}-images-idx3-ubyte")
        labels = idx(f"{folder}/{name}-labels-idx1-ubyte")
        yield torch.tensor(images.reshape(len(images), -1) / 255.0), torch.tensor(labels.astype(np.int64))


def run(program, options, digits, work):
    words = options.split()
    valued = [word for word in words if word != "--nesterov"]
    given = dict(zip(valued[::2], valued[1::2]))
    folder = f"{work}/{len(options)}-{hash(options)}"
    command = [program, "train", "--quiet", "--epochs", "0", "--precision", "float64", "--run", folder]
    subprocess.run(command + SAMPLES + words, check=True, stdout=subprocess.DEVNULL)
    sizes = [int(size) for size in given["--model"].split("x")]
    hidden = given["--activation"].split(",")
    hidden = hidden * (len(sizes) - 2) if len(hidden) == 1 else hidden
    layers = []
    for inputs, outputs, name in zip(sizes, sizes[1:], hidden + [given.get("--output-activation", "softmax")]):
        layers.append(torch.nn.Linear(inputs, outputs, dtype=torch.float64))
        if name != "softmax":  # PyTorch's cross entropy has its own
            layers.append(LAYERS[name]())
    model = torch.nn.Sequential(*layers)
    model.load_state_dict(tensors(f"{folder}/model.safetensors"))

    def loss(inputs, labels):
        outputs = model(inputs)
        if given.get("--loss") == "cross-entropy":
            return torch.nn.functional.cross_entropy(outputs, labels), outputs
        one_hot = torch.nn.functional.one_hot(labels, sizes[-1]).double()
        return torch.nn.functional.mse_loss(outputs, one_hot), outputs

    rate = float(given["--learning-rate"])
    if given.get("--optimizer") == "adam":
        betas = float(given["--beta1"]), float(given["--beta2"])
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, betas=betas)
    else:
        optimizer = torch.optim.SGD(
            model.parameters(), lr=rate, momentum=float(given["--momentum"]), nesterov="--nesterov" in words)
    batch = int(given["--batch-size"])
    train, test = digits
    epochs = []
    for _ in range(EPOCHS):
        losses = []
        for first in range(0, len(train[0]), batch):
            optimizer.zero_grad()
            value, _ = loss(train[0][first : first + batch], train[1][first : first + batch])
            value.backward()
            optimizer.step()
            losses.append(value.item())
        epoch = {"batch_loss": sum(losses) / len(losses)}
        with torch.no_grad():
            for name, (inputs, labels) in (("train", train), ("test", test)):
                value, outputs = loss(inputs, labels)
                epoch[f"{name}_loss"] = value.item()
                epoch[f"{name}_accuracy"] = (outputs.argmax(1) == labels).double().mean().item()
        epochs.append(epoch)
    return {"options": SAMPLES + words, "epochs": epochs}


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as work:
        counts = ["--train", SAMPLES[3], "--test", SAMPLES[5]]
        subprocess.run([program, "data", "synthesize", f"{work}/digits"] + counts, check=True, stdout=subprocess.DEVNULL)
        digits = list(sets(f"{work}/digits"))
        runs = [run(program, options, digits, work) for options in CASES]
    print(json.dumps({"torch": torch.__version__, "runs": runs}, indent=1))


main()
