#!/usr/bin/env python3
"""Makes numbers/first.safetensors and numbers/curves.json: PyTorch's own training on numbers/, in float64, without shuffling.

pip install numpy torch safetensors. Sigmoids, mean squared error, SGD with momentum; the first nine tenths to train with, the rest to
test with; both losses after each epoch.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

folder = Path(__file__).with_name("numbers")
torch.manual_seed(1)
torch.set_num_threads(1)


def network():
    layers = [torch.nn.Linear(5, 7), torch.nn.Sigmoid(), torch.nn.Linear(7, 3), torch.nn.Sigmoid()]
    return torch.nn.Sequential(*layers).double()


first = network().state_dict()
save_file(first, folder / "first.safetensors")
inputs = torch.from_numpy(np.load(folder / "inputs.npy"))
labels = torch.from_numpy(np.load(folder / "labels.npy"))
curves = {}
for name, targets in {
    "targets": torch.from_numpy(np.load(folder / "targets.npy")).double(),
    "labels": torch.nn.functional.one_hot(labels, 3).double(),
}.items():
    model = network()
    model.load_state_dict(first)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.5)
    loss = torch.nn.MSELoss()
    count = len(inputs) * 9 // 10
    curves[name] = []
    for _ in range(3):
        for start in range(0, count, 20):
            rows = slice(start, min(start + 20, count))
            optimizer.zero_grad()
            loss(model(inputs[rows]), targets[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            curves[name].append(
                {
                    "train_loss": loss(model(inputs[:count]), targets[:count]).item(),
                    "test_loss": loss(model(inputs[count:]), targets[count:]).item(),
                }
            )
(folder / "curves.json").write_text(json.dumps(curves, indent=1) + "\n")
