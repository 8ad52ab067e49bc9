#!/usr/bin/env python3
"""JAX peer for any dense network on MNIST's bytes: a whole epoch is one jitted scan with donated buffers.

Labels by softmax and cross-entropy; a network with as many outputs as inputs has these for targets, by MSE."""
import argparse, os, time

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True)
ap.add_argument("--model", required=True, help="sizes: 784x256x256x10")
ap.add_argument("--samples", type=int, help="the first of the training set [all]")
ap.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="sigmoid")
ap.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
ap.add_argument("--rate", type=float, default=0.1)
ap.add_argument("--batch", type=int, default=1000)
ap.add_argument("--epochs", type=int, default=4)
ap.add_argument("--threads", type=int, default=1, help="by CPU affinity, set before XLA starts")
ap.add_argument("--no-eval", action="store_true", help="as always; for the other peers' sake")
a = ap.parse_args()
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:a.threads]))
os.environ["JAX_PLATFORMS"] = "cpu"

import jax, jax.numpy as jnp
import numpy as np
import idx

sizes, auto = idx.sizes(a.model), idx.is_autoencoder(a.model)
images, labels = idx.load_bytes(a.data, samples=a.samples)
X = jnp.asarray(images.reshape(len(images), -1)); Y = jnp.asarray(labels)
N = X.shape[0]; nb = N // a.batch
P = [(jnp.asarray(W.T.copy()), jnp.asarray(b)) for W, b in idx.init_params(sizes)]
act = dict(relu=jax.nn.relu, tanh=jnp.tanh, sigmoid=jax.nn.sigmoid)[a.activation]
tm = jax.tree_util.tree_map


def loss(P, x, y):
    x = x.astype("f4") / 255
    h = x
    for W, b in P[:-1]:
        h = act(h @ W + b)
    o = h @ P[-1][0] + P[-1][1]
    if auto:
        return jnp.mean((o - x) ** 2)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(o), y[:, None], 1))


def step(c, ids):
    P, M, V, t = c
    l, g = jax.value_and_grad(loss)(P, jnp.take(X, ids, 0, mode="clip"), jnp.take(Y, ids, 0, mode="clip"))
    t = t + 1
    if a.optimizer == "sgd":
        return (tm(lambda p, g: p - a.rate * g, P, g), M, V, t), l
    M = tm(lambda m, g: .9 * m + .1 * g, M, g); V = tm(lambda v, g: .999 * v + .001 * g * g, V, g)
    r = a.rate * jnp.sqrt(1 - .999**t) / (1 - .9**t)
    return (tm(lambda p, m, v: p - r * m / (jnp.sqrt(v) + 1e-8), P, M, V), M, V, t), l


epoch = jax.jit(lambda c, perm: jax.lax.scan(step, c, perm), donate_argnums=0)
none = tm(jnp.zeros_like, P) if a.optimizer == "adam" else ()
c = (P, none, tm(jnp.zeros_like, none), jnp.float32(0))
rng = np.random.default_rng(1)
for e in range(1, a.epochs + 1):
    perm = jnp.asarray(rng.permutation(N)[:nb * a.batch].reshape(nb, a.batch).astype("i4"))
    s = time.perf_counter()
    c, l = epoch(c, perm)
    jax.block_until_ready((c, l))
    idx.line(e, time.perf_counter() - s, float(l.mean()))
