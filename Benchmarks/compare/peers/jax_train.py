#!/usr/bin/env python3
"""JAX CPU peer: one jitted, donated lax.scan over all minibatches = one epoch."""
import argparse, os, sys, time

ap = argparse.ArgumentParser()
ap.add_argument("--data", default="mnist")
ap.add_argument("--model", choices=["classifier", "autoencoder"], default="classifier")
ap.add_argument("--epochs", type=int, default=3)
ap.add_argument("--batch", type=int, default=1000)
ap.add_argument("--threads", type=int, default=1, help="by CPU affinity, set before XLA starts")
ap.add_argument("--lr", type=float, default=10.0)
ap.add_argument("--momentum", type=float, default=0.5)
ap.add_argument("--seed", type=int, default=1)
ap.add_argument("--no-shuffle", action="store_true")
ap.add_argument("--no-eval", action="store_true")
a = ap.parse_args()
cpus = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, set(cpus[:a.threads]))   # XLA sizes its pool from the affinity mask
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np
import jax, jax.numpy as jnp
import idx

layers = idx.MODELS[a.model]
Xn, Tn, _ = idx.load(a.data, "train", a.model)
X = jnp.asarray(Xn)
T = X if a.model == "autoencoder" else jnp.asarray(Tn)
N = X.shape[0]; nb = N // a.batch
P = [(jnp.asarray(W.T.copy()), jnp.asarray(b)) for W, b in idx.init_params(layers, a.seed)]
V = jax.tree_util.tree_map(jnp.zeros_like, P)
auto = a.model == "autoencoder"


def fwd(P, x):
    for W, b in P:
        x = jax.nn.sigmoid(x @ W + b)
    return x


def loss_fn(P, x, t):
    return jnp.mean((fwd(P, x) - t) ** 2)


def epoch(P, V, X, T, perm):
    def body(c, ids):
        P, V = c
        x = jnp.take(X, ids, axis=0, mode="clip")
        t = x if auto else jnp.take(T, ids, axis=0, mode="clip")
        l, g = jax.value_and_grad(loss_fn)(P, x, t)
        V = jax.tree_util.tree_map(lambda g, v: -a.lr * g + a.momentum * v, g, V)
        P = jax.tree_util.tree_map(jnp.add, P, V)
        return (P, V), l
    (P, V), ls = jax.lax.scan(body, (P, V), perm)
    return P, V, jnp.mean(ls)


epoch = jax.jit(epoch, donate_argnums=(0, 1))
rng = np.random.default_rng(a.seed)
ident = np.arange(N, dtype=np.int32)


def perm():
    p = ident if a.no_shuffle else rng.permutation(ident)
    return jnp.asarray(p[:nb * a.batch].reshape(nb, a.batch))


t0 = time.perf_counter()
comp = epoch.lower(P, V, X, T, jnp.asarray(ident[:nb * a.batch].reshape(nb, a.batch))).compile()
print(f"# jax {jax.__version__} threads {a.threads} compile {time.perf_counter() - t0:.3f} s",
      file=sys.stderr, flush=True)
for e in range(1, a.epochs + 1):
    t0 = time.perf_counter()
    P, V, l = comp(P, V, X, T, perm())
    jax.block_until_ready((P, V, l))
    s = time.perf_counter() - t0
    acc = None
    if not (a.no_eval or auto):
        Xt, _, lab = idx.load(a.data, "test")
        acc = float((np.asarray(fwd(P, jnp.asarray(Xt))).argmax(1) == lab).mean())
    idx.line(e, s, float(l), acc)
