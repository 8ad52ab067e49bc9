#!/usr/bin/env python3
"""PyTorch peer for any dense network on MNIST's bytes, eager; as general_jax.py."""
import argparse, time

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True)
ap.add_argument("--model", required=True, help="sizes: 784x256x256x10")
ap.add_argument("--samples", type=int, help="the first of the training set [all]")
ap.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="sigmoid")
ap.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
ap.add_argument("--rate", type=float, default=0.1)
ap.add_argument("--batch", type=int, default=1000)
ap.add_argument("--epochs", type=int, default=4)
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--no-eval", action="store_true", help="as always; for the other peers' sake")
a = ap.parse_args()

import torch
from torch import nn
import idx

torch.set_num_threads(a.threads); torch.manual_seed(1)
sizes, auto = idx.sizes(a.model), idx.is_autoencoder(a.model)
images, labels = idx.load_bytes(a.data, samples=a.samples)
X, Y = torch.tensor(images.reshape(len(images), -1)), torch.from_numpy(labels)
N = X.shape[0]; nb = N // a.batch
act = dict(relu=nn.ReLU, tanh=nn.Tanh, sigmoid=nn.Sigmoid)[a.activation]
net = nn.Sequential(*sum(([nn.Linear(m, n), act()] for m, n in zip(sizes, sizes[1:])), [])[:-1])
loss_of = nn.MSELoss() if auto else nn.CrossEntropyLoss()
if a.optimizer == "adam":
    opt = torch.optim.Adam(net.parameters(), a.rate, fused=True)
else:
    opt = torch.optim.SGD(net.parameters(), a.rate)
for e in range(1, a.epochs + 1):
    s = time.perf_counter()
    perm = torch.randperm(N); total = torch.zeros(())
    for i in range(nb):
        ids = perm[i * a.batch:(i + 1) * a.batch]
        x = X[ids].float() / 255
        opt.zero_grad(set_to_none=True)
        loss = loss_of(net(x), x if auto else Y[ids])
        loss.backward()
        opt.step()
        total += loss.detach()
    idx.line(e, time.perf_counter() - s, float(total) / nb)
