#!/usr/bin/env python3
"""Makes table/: 60 rows to train with and 20 to test with, of numbers of many sizes, texts, classes, and a column that is always the same
(pip install numpy)."""

from pathlib import Path

import numpy as np

folder = Path(__file__).with_name("table")
folder.mkdir(exist_ok=True)
random = np.random.default_rng(2)
for name, count in (("train", 60), ("test", 20)):
    age = random.integers(18, 80, count)
    income = random.lognormal(10, 1, count)
    tiny = random.normal(3e-5, 1e-6, count)
    color = random.choice(["red", "blue", '"green, light"'], count)
    y = income / 1000 * np.exp(random.normal(0, 0.1, count)) + age / 100
    z = age * np.where(color == "red", -1.0, 0.5) + random.normal(0, 3, count)
    kind = np.where(z > 20, "high", np.where(z > 0, "middle", "low"))
    rows = zip(age, income, tiny, color, y, z, kind)
    lines = [",".join(str(value) for value in (*row[:4], 7, *row[4:])) for row in rows]
    (folder / f"{name}.csv").write_text("\n".join(["age,income,tiny,color,flat,y,z,kind", *lines]) + "\n")
