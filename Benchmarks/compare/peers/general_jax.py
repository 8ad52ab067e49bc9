#!/usr/bin/env python3
"""JAX peer for any dense network: a whole epoch, with its test set where wanted, is one jitted scan with donated buffers.

MNIST's bytes, divided by 255 in the step, or rows and targets of .npy files. Labels by softmax and cross-entropy; numbers
by MSE, as is a network with as many outputs as inputs, which has these for targets."""
import argparse, os, time

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
ap.add_argument("--threads", type=int, default=1, help="by CPU affinity, set before XLA starts")
ap.add_argument("--seed", type=int, default=1)
ap.add_argument("--no-eval", action="store_true")
a = ap.parse_args()
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:a.threads]))
os.environ["JAX_PLATFORMS"] = "cpu"

import jax, jax.numpy as jnp
import numpy as np
import idx

X, Y = map(jnp.asarray, idx.load_any(a.data, a.targets, "train", a.samples, a.floats))
sizes, auto, classes = idx.sizes(a.model), idx.is_autoencoder(a.model), Y.dtype == jnp.int32
N = X.shape[0]; nb = N // a.batch
P = [(jnp.asarray(W.T.copy()), jnp.asarray(b)) for W, b in idx.init_params(sizes, a.seed)]
act = dict(relu=jax.nn.relu, tanh=jnp.tanh, sigmoid=jax.nn.sigmoid)[a.activation]
tm = jax.tree_util.tree_map
test = () if a.no_eval or a.targets or auto else tuple(map(jnp.asarray, idx.load_any(a.data, split="test")))


def numbers(x):
    return x.astype("f4") / 255 if x.dtype == jnp.uint8 else x


def outputs(P, h):
    for W, b in P[:-1]:
        h = act(h @ W + b)
    return h @ P[-1][0] + P[-1][1]


def loss(P, x, y):
    x = numbers(x)
    o = outputs(P, x)
    if auto or not classes:
        return jnp.mean((o - (x if auto else y)) ** 2)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(o), y[:, None], 1))


def step(c, ids):
    P, M, V, t = c
    l, g = jax.value_and_grad(loss)(P, jnp.take(X, ids, 0, mode="clip"), jnp.take(Y, ids, 0, mode="clip"))
    rate = a.rate * (1 if a.schedule == "constant" else (1 + jnp.cos(jnp.pi * t / (nb * a.epochs))) / 2)
    t = t + 1
    if a.optimizer == "sgd":
        return (tm(lambda p, g: p - rate * g, P, g), M, V, t), l
    M = tm(lambda m, g: .9 * m + .1 * g, M, g); V = tm(lambda v, g: .999 * v + .001 * g * g, V, g)
    r = rate * jnp.sqrt(1 - .999**t) / (1 - .9**t)
    return (tm(lambda p, m, v: p - r * m / (jnp.sqrt(v) + 1e-8), P, M, V), M, V, t), l


def epoch(c, perm, test):
    c, losses = jax.lax.scan(step, c, perm)
    right = jnp.mean(outputs(c[0], numbers(test[0])).argmax(1) == test[1]) if test else None
    return c, jnp.mean(losses), right


epoch = jax.jit(epoch, donate_argnums=0)
none = tm(jnp.zeros_like, P) if a.optimizer == "adam" else ()
c = (P, none, tm(jnp.zeros_like, none), jnp.float32(0))
rng = np.random.default_rng(a.seed)
for e in range(1, a.epochs + 1):
    perm = jnp.asarray(rng.permutation(N)[:nb * a.batch].reshape(nb, a.batch).astype("i4"))
    s = time.perf_counter()
    c, l, right = epoch(c, perm, test)
    jax.block_until_ready((c, l))
    idx.line(e, time.perf_counter() - s, float(l), None if right is None else float(right))
