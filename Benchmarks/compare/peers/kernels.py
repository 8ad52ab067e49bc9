#!/usr/bin/env python3
"""Says in a line which kernels a library chose for products on this CPU: `kernels.py numpy|torch|onednn|inductor|jax`."""
import os
import re
import sys
import tempfile


def numpy_kernels():
    import numpy
    import threadpoolctl
    numpy.ones((8, 8)) @ numpy.ones((8, 8))
    found = [info for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]
    return "; ".join(f"{info['internal_api'].replace('openblas', 'OpenBLAS')} {info['version']} {info.get('architecture', '')}" for info in found)


def said_by_torch():
    """What MKL and oneDNN, which write to the process's standard output, say of themselves at a product."""
    import torch
    x, w = torch.ones(256, 784), torch.ones(64, 784)
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile("w+") as file:
        os.dup2(file.fileno(), 1)
        with torch.backends.mkl.verbose(1):
            torch.mm(x, w.t())
        with torch.backends.mkldnn.verbose(1):
            torch.ops.mkldnn._linear_pointwise(x, w, torch.zeros(64), "sigmoid", [], "")
        os.dup2(kept, 1)
        file.seek(0)
        return file.read()


def mkl_in(text):
    found = re.search(r"oneMKL (\S+).*?architecture (.*?) processors", text) if "SGEMM" in text else None
    return f"MKL {found[1]} for {found[2].replace('(R)', '')}" if found else "no MKL"


def torch_kernels():
    return mkl_in(said_by_torch())


def onednn_kernels():
    text = said_by_torch()
    found = re.search(r",exec,cpu,[^,]*,([^,]*),", text)
    return f"forward oneDNN {found[1]}, else {mkl_in(text)}" if found else "no oneDNN"


def inductor_kernels():
    import torch
    torch.compile(lambda x: (x + 1).sum())(torch.ones(1000))
    return f"torch.compile, {mkl_in(said_by_torch())}"


def jax_kernels():
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp
    text = jax.jit(lambda x, w: x @ w).lower(jnp.ones((1000, 784)), jnp.ones((784, 256))).compile().as_text()
    for mark, name in (("ynn", "YNNPACK"), ("onednn", "oneDNN"), ("eigen", "Eigen")):
        if mark in text.lower():
            return f"XLA, products by {name}"
    return "XLA, products by its own code or Eigen"


print({"numpy": numpy_kernels, "torch": torch_kernels, "onednn": onednn_kernels, "inductor": inductor_kernels,
       "jax": jax_kernels}[sys.argv[1]]())
