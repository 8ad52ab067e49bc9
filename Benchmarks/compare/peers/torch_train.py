#!/usr/bin/env python3
"""PyTorch CPU peer.  One line per epoch: epoch N seconds S loss L [accuracy A]

S = permutation + gather + forward + backward + SGD over all training samples;
no evaluation, no data loading (a warm-up step is run and undone).
L = mean of the minibatch training losses of that epoch. A = test accuracy.
"""
import argparse, os, sys, time

ap = argparse.ArgumentParser()
ap.add_argument("--data", default="mnist")
ap.add_argument("--model", choices=["classifier", "autoencoder"], default="classifier")
ap.add_argument("--epochs", type=int, default=3)
ap.add_argument("--batch", type=int, default=1000)
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--lr", type=float, default=10.0)
ap.add_argument("--momentum", type=float, default=0.5)
ap.add_argument("--seed", type=int, default=1)
ap.add_argument("--no-shuffle", action="store_true")
ap.add_argument("--no-eval", action="store_true")
ap.add_argument("--hand", action="store_true", help="manual forward/backward, preallocated out=")
ap.add_argument("--gemm", choices=["mkl", "onednn"], default="mkl",
                help="--hand only: which library does the forward products with the 784-wide operand")
ap.add_argument("--u8", action="store_true",
                help="--hand only: keep the dataset as uint8 and convert each gathered batch")
a = ap.parse_args()
os.environ.setdefault("OMP_NUM_THREADS", str(a.threads))

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import idx

torch.set_num_threads(a.threads)
layers = idx.MODELS[a.model]
L = len(layers) - 1

Xn, Tn, _ = idx.load(a.data, "train", a.model)
X = torch.from_numpy(Xn)
T = X if a.model == "autoencoder" else torch.from_numpy(Tn)
N = X.shape[0]
nb = N // a.batch
init = idx.init_params(layers, a.seed)
gen = torch.Generator().manual_seed(a.seed)
identity = torch.arange(N)


def perm():
    return identity if a.no_shuffle else torch.randperm(N, generator=gen)


def batch_ids(p, i):
    return p[i * a.batch:(i + 1) * a.batch]


# ---------------------------------------------------------------- eager
def build_plain():
    mods = []
    for i, (W, b) in enumerate(init):
        lin = nn.Linear(W.shape[1], W.shape[0])
        with torch.no_grad():
            lin.weight.copy_(torch.from_numpy(W)); lin.bias.copy_(torch.from_numpy(b))
        mods += [lin, nn.Sigmoid()]
    net = nn.Sequential(*mods)
    opt = torch.optim.SGD(net.parameters(), lr=a.lr, momentum=a.momentum)

    def step(ids):
        x = X.index_select(0, ids)
        t = x if T is X else T.index_select(0, ids)
        opt.zero_grad(set_to_none=True)
        loss = F.mse_loss(net(x), t)
        loss.backward()
        opt.step()
        return loss.detach()

    def reset():
        with torch.no_grad():
            for i, (W, b) in enumerate(init):
                net[2 * i].weight.copy_(torch.from_numpy(W)); net[2 * i].bias.copy_(torch.from_numpy(b))
            for st in opt.state.values():
                if st.get("momentum_buffer") is not None:
                    st["momentum_buffer"].zero_()

    def params():
        return [(net[2 * i].weight, net[2 * i].bias) for i in range(L)]
    return step, reset, params


# ---------------------------------------------------------------- hand-written
def build_hand():
    sizes = [(fo * fi, fo) for fi, fo in zip(layers, layers[1:])]
    tot = sum(w + b for w, b in sizes)
    flat, grad, vel = torch.zeros(tot), torch.zeros(tot), torch.zeros(tot)

    def views(v):
        out, o = [], 0
        for (fi, fo), (w, b) in zip(zip(layers, layers[1:]), sizes):
            out.append((v[o:o + w].view(fo, fi), v[o + w:o + w + b])); o += w + b
        return out
    P, G = views(flat), views(grad)
    x0 = torch.empty(a.batch, 784)
    u0 = torch.empty(a.batch, 784, dtype=torch.uint8)
    Xu = (torch.from_numpy(np.rint(Xn * 255).astype(np.uint8)) if a.u8 else None)
    t0 = torch.empty(a.batch, layers[-1])
    A = [x0] + [torch.empty(a.batch, n) for n in layers[1:]]
    D = [None] + [torch.empty(a.batch, n) for n in layers[1:]]
    S = [None] + [torch.empty(a.batch, n) for n in layers[1:]]
    ones = torch.ones(a.batch)
    cst = 2.0 / (a.batch * layers[-1])            # d(mean squared error)
    loss = torch.zeros(())
    scale = 1.0 / 255.0 if a.u8 else 1.0
    W0s = torch.empty(layers[1], layers[0])
    sigbwd = torch.ops.aten.sigmoid_backward.grad_input
    mm, addmm, mv = torch.mm, torch.addmm, torch.mv
    onednn = a.gemm == "onednn"
    linear = torch.ops.mkldnn._linear_pointwise if onednn else None

    def step(ids):
        if a.u8:
            torch.index_select(Xu, 0, ids, out=u0)
            x0.copy_(u0)                         # 0..255; the 1/255 goes into W1 and dW1
            torch.mul(P[0][0], scale, out=W0s)
        else:
            torch.index_select(X, 0, ids, out=x0)
        if T is X:
            t = x0
        else:
            torch.index_select(T, 0, ids, out=t0); t = t0
        for l in range(L):
            W, b = P[l]
            if a.u8 and l == 0:
                W = W0s
            if onednn and W.shape[0] * W.shape[1] > 4096:
                A[l + 1] = linear(A[l], W, b, "sigmoid", [], "")   # bias and sigmoid in the product
            else:
                addmm(b, A[l], W.t(), out=A[l + 1])
                A[l + 1].sigmoid_()
        d = D[L]
        torch.sub(A[L], t, alpha=scale if T is X else 1.0, out=d)
        dv = d.view(-1)
        loss.add_(torch.dot(dv, dv), alpha=1.0 / (a.batch * layers[-1]))
        d.mul_(cst)
        sigbwd(d, A[L], grad_input=d)
        for l in range(L - 1, -1, -1):
            gW, gb = G[l]
            mm(d.t(), A[l], out=gW)
            mv(d.t(), ones, out=gb)
            if l:
                mm(d, P[l][0], out=D[l])
                d = D[l]
                sigbwd(d, A[l], grad_input=d)
            elif a.u8:
                gW.mul_(scale)
        vel.mul_(a.momentum).add_(grad, alpha=-a.lr)
        flat.add_(vel)

    def reset():
        for (W, b), (w0, b0) in zip(P, init):
            W.copy_(torch.from_numpy(w0)); b.copy_(torch.from_numpy(b0))
        vel.zero_(); loss.zero_()
    reset()
    return step, reset, (lambda: P), loss


def accuracy(params):
    Xt, Tt, lab = idx.load(a.data, "test", a.model)
    with torch.no_grad():
        h = torch.from_numpy(Xt)
        for W, b in params:
            h = torch.sigmoid(F.linear(h, W, b))
    return (h.argmax(1).numpy() == lab).mean()


def main():
    hloss = None
    if a.hand:
        step, reset, params, hloss = build_hand()
    else:
        step, reset, params = build_plain()
    step(batch_ids(identity, 0))
    reset()
    print(f"# torch {torch.__version__} threads {torch.get_num_threads()}", file=sys.stderr, flush=True)
    for e in range(1, a.epochs + 1):
        losses = torch.zeros(())
        if hloss is not None:
            hloss.zero_()
        t0 = time.perf_counter()
        p = perm()
        if hloss is not None:
            for i in range(nb):
                step(batch_ids(p, i))
        else:
            for i in range(nb):
                losses += step(batch_ids(p, i))
        s = time.perf_counter() - t0
        tot = hloss if hloss is not None else losses
        acc = None if a.no_eval or a.model == "autoencoder" else accuracy(params())
        idx.line(e, s, float(tot) / nb, acc)


if a.hand:
    with torch.inference_mode():
        main()
else:
    main()
