#!/usr/bin/env python3
"""Makes second-order.json: Jacobians and one Levenberg-Marquardt step of small networks, in float64 (pip install torch numpy).

Of each network: `jacobian`, by torch.func.jacrev, has a row for each sample and output, samples outermost, and a column for each
parameter, in the order and layout of PyTorch's state_dict. It is of a^L; with cross-entropy of h^L, and `square_root` beside it is the
Gauss-Newton square root's: rows R J, R^T R being the Hessian of a sample's loss by h^L. Matrices are flat, by rows.

With the mean loss E = sum w_b E_b / sum w_b, which is `loss_value`, and the decay D: `gradient` is that of E + D/2 |parameters|^2, and
`gauss_newton` its Gauss-Newton Hessian H, of which the lower triangle is written. The step solves (H + lambda M) step = -gradient,
M being the diagonal of H without the decay, but nowhere less than a tenth of its largest element; `predicted_decrease` is what the
quadratic model with H loses by it, `loss_after` is E there.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.func import functional_call, jacrev

ACTIVATIONS = {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "linear": torch.nn.Identity}
CASES = [
    {"sizes": [3, 5, 4, 2], "activation": "tanh", "output_activation": "linear", "loss": "mse",
     "row_weights": True, "weight_decay": 0.01, "lambda": 1.5},
    {"sizes": [3, 5, 2], "activation": "sigmoid", "output_activation": "sigmoid", "loss": "mse",
     "row_weights": False, "weight_decay": 0.0, "lambda": 0.8},
    {"sizes": [3, 4, 3], "activation": "tanh", "output_activation": "softmax", "loss": "cross-entropy",
     "row_weights": True, "weight_decay": 0.0, "lambda": 2.0},
    {"sizes": [3, 4, 3], "activation": "sigmoid", "output_activation": "sigmoid", "loss": "cross-entropy",
     "row_weights": False, "weight_decay": 0.002, "lambda": 0.1},
]
SAMPLES = 8


def network(case):
    """The layers to a^L, or with cross-entropy to h^L."""
    names = [case["activation"]] * (len(case["sizes"]) - 2)
    names.append("linear" if case["loss"] == "cross-entropy" else case["output_activation"])
    layers = []
    for inputs, outputs, name in zip(case["sizes"], case["sizes"][1:], names):
        layers += [torch.nn.Linear(inputs, outputs, dtype=torch.float64), ACTIVATIONS[name]()]
    return torch.nn.Sequential(*layers)


def drawn_targets(case, random):
    outputs = case["sizes"][-1]
    if case["output_activation"] == "softmax":
        return np.eye(outputs)[random.integers(0, outputs, SAMPLES)]
    if case["output_activation"] == "sigmoid":
        return random.uniform(size=(SAMPLES, outputs))
    return random.normal(size=(SAMPLES, outputs))


def sample_loss(case, sums, targets):
    """E of each sample, of a^L, or with cross-entropy of h^L."""
    if case["output_activation"] == "softmax":
        return -(targets * torch.log_softmax(sums, -1)).sum(-1)
    if case["loss"] == "cross-entropy":
        return torch.nn.functional.binary_cross_entropy_with_logits(sums, targets, reduction="none").mean(-1)
    return ((sums - targets) ** 2).mean(-1)


def square_root(case, outputs):
    """R of a sample, of its a^L, or with cross-entropy its h^L."""
    count = len(outputs)
    if case["output_activation"] == "softmax":
        chances = np.exp(outputs - outputs.max())
        chances /= chances.sum()
        return np.sqrt(chances)[:, None] * (np.eye(count) - chances)
    if case["loss"] == "cross-entropy":
        chances = 1 / (1 + np.exp(-outputs))
        return np.diag(np.sqrt(chances * (1 - chances) / count))
    return np.sqrt(2 / count) * np.eye(count)


def golden(number, case):
    random = np.random.default_rng(number)
    torch.manual_seed(number)
    model = network(case)
    names = [name for name, _ in model.named_parameters()]
    shapes = [value.shape for value in model.parameters()]
    first = torch.cat([value.detach().flatten() for value in model.parameters()])
    inputs = torch.tensor(random.normal(size=(SAMPLES, case["sizes"][0])))
    targets = torch.tensor(drawn_targets(case, random))
    weights = torch.tensor(random.uniform(0.5, 2, SAMPLES)) if case["row_weights"] else torch.ones(SAMPLES, dtype=torch.float64)

    def outputs(flat):
        parts = torch.split(flat, [shape.numel() for shape in shapes])
        return functional_call(model, {name: part.view(shape) for name, part, shape in zip(names, parts, shapes)}, inputs)

    def loss(flat):
        return (weights * sample_loss(case, outputs(flat), targets)).sum() / weights.sum()

    jacobian = jacrev(outputs)(first).detach().numpy()
    roots = np.stack([square_root(case, row) @ rows for row, rows in zip(outputs(first).detach().numpy(), jacobian)])
    share = (weights / weights.sum()).numpy()
    decay, damping, identity = case["weight_decay"], case["lambda"], np.eye(len(first))
    gradient = jacrev(loss)(first).detach().numpy() + decay * first.numpy()
    curvature = np.einsum("b,bqi,bqj->ij", share, roots, roots)
    hessian = curvature + decay * identity
    metric = np.diag(np.maximum(np.diag(curvature), 0.1 * np.diag(curvature).max()))
    step = np.linalg.solve(hessian + damping * metric, -gradient)
    found = {
        "name": f"{'-'.join(map(str, case['sizes']))} {case['activation']}, {case['output_activation']}, {case['loss']}",
        **{key: case[key] for key in ("sizes", "activation", "output_activation", "loss", "weight_decay", "lambda")},
        "inputs": inputs, "targets": targets, "row_weights": weights if case["row_weights"] else None, "parameters": first,
        "jacobian": jacobian, "loss_value": loss(first).item(), "gradient": gradient,
        "gauss_newton": hessian[np.tril_indices(len(first))], "step": step,
        "predicted_decrease": -(gradient @ step + step @ hessian @ step / 2),
        "loss_after": loss(first + torch.from_numpy(step)).item(),
    }
    if case["loss"] == "cross-entropy":
        found["square_root"] = roots
    return {key: np.asarray(value).ravel().tolist() if hasattr(value, "ravel") and np.ndim(value) else value
            for key, value in found.items()}


def main():
    torch.set_num_threads(1)
    networks = [golden(number, case) for number, case in enumerate(CASES, 1)]
    texts = [",\n".join(f'"{key}": {json.dumps(value)}' for key, value in found.items()) for found in networks]
    text = f'{{"torch": "{torch.__version__}", "numpy": "{np.__version__}", "networks": [\n{{' + "},\n{".join(texts) + "}\n]}\n"
    Path(__file__).with_name("second-order.json").write_text(text)


main()
