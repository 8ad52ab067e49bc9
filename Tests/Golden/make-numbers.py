#!/usr/bin/env python3
"""Makes numbers/: 80 rows of 5 numbers of many sizes, with classes, with 3 numbers asked for, and a weight each (pip install numpy)."""

from pathlib import Path

import numpy as np

folder = Path(__file__).with_name("numbers")
folder.mkdir(exist_ok=True)
random = np.random.default_rng(1)
inputs = random.normal(size=(80, 5)) * [1, 10, 0.01, 1, 3] + [0, 2, 0, -1, 0]
mixed = inputs @ random.normal(size=(5, 3)) / 10
np.save(folder / "inputs.npy", inputs)
np.save(folder / "labels.npy", mixed.argmax(axis=1))
np.save(folder / "targets.npy", (1 / (1 + np.exp(-mixed))).astype(np.float32))
np.save(folder / "weights.npy", np.where(np.arange(80) % 9 == 4, 0, random.exponential(size=80)))
