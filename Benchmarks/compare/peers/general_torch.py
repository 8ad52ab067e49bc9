#!/usr/bin/env python3
"""PyTorch peer for any dense network, eager or compiled; data, networks and losses as general_jax.py."""
import argparse, math, time

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True, help="folder of MNIST's IDX files, or rows: X.npy")
ap.add_argument("--targets", help="of X.npy: integers [N], or float32 [N, outputs]")
ap.add_argument("--model", required=True, help="sizes: 784x256x256x10")
ap.add_argument("--samples", type=int, help="the first of the training set [all]")
ap.add_argument("--floats", action="store_true", help="keep bytes as float32, and divide them once")
ap.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="sigmoid")
ap.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
ap.add_argument("--rate", type=float, default=0.1)
ap.add_argument("--schedule", choices=["constant", "cosine"], default="constant", help="cosine: by step, to 0")
ap.add_argument("--batch", type=int, default=1000)
ap.add_argument("--epochs", type=int, default=4)
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--seed", type=int, default=1)
ap.add_argument("--compile", action="store_true", help="pass forward, loss and pass back by torch.compile")
ap.add_argument("--flush-denormal", action="store_true", help="subnormal numbers are zero")
ap.add_argument("--no-eval", action="store_true")
a = ap.parse_args()

import torch
from torch import nn
import idx

torch.set_num_threads(a.threads); torch.manual_seed(a.seed); torch.set_flush_denormal(a.flush_denormal)
X, Y = map(torch.from_numpy, idx.load_any(a.data, a.targets, "train", a.samples, a.floats))
sizes, auto, classes = idx.sizes(a.model), idx.is_autoencoder(a.model), Y.dtype == torch.int32
Y = Y.long() if classes else Y
N = X.shape[0]; nb = N // a.batch
act = dict(relu=nn.ReLU, tanh=nn.Tanh, sigmoid=nn.Sigmoid)[a.activation]
net = nn.Sequential(*sum(([nn.Linear(m, n), act()] for m, n in zip(sizes, sizes[1:])), [])[:-1])
loss_of = nn.CrossEntropyLoss() if classes and not auto else nn.MSELoss()
if a.optimizer == "adam":
    opt = torch.optim.Adam(net.parameters(), a.rate, fused=True)
else:
    opt = torch.optim.SGD(net.parameters(), a.rate)
test = () if a.no_eval or a.targets or auto else tuple(map(torch.from_numpy, idx.load_any(a.data, split="test")))


def numbers(x):
    return x.float() / 255 if x.dtype == torch.uint8 else x


def loss(x, y):
    x = numbers(x)
    return loss_of(net(x), x if auto else y)


if a.compile:
    loss = torch.compile(loss)
for e in range(1, a.epochs + 1):
    s = time.perf_counter()
    perm = torch.randperm(N); total = torch.zeros(())
    for i in range(nb):
        if a.schedule == "cosine":
            opt.param_groups[0]["lr"] = a.rate * (1 + math.cos(math.pi * ((e - 1) * nb + i) / (nb * a.epochs))) / 2
        ids = perm[i * a.batch:(i + 1) * a.batch]
        opt.zero_grad(set_to_none=True)
        l = loss(X.index_select(0, ids), Y.index_select(0, ids))
        l.backward()
        opt.step()
        total += l.detach()
    s = time.perf_counter() - s
    right = None
    if test:
        with torch.inference_mode():
            right = float((net(numbers(test[0])).argmax(1) == test[1]).float().mean())
    idx.line(e, s, float(total) / nb, right)
