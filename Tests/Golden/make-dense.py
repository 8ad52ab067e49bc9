#!/usr/bin/env python3
"""Makes dense/: images of 5 x 6 random bytes, none of them zero, so that rows are not compressed; ten classes."""
import os
import random
import struct

random.seed(1)
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dense")
os.makedirs(folder, exist_ok=True)
for name, count in (("train", 100), ("t10k", 50)):
    with open(f"{folder}/{name}-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">IIII", 2051, count, 5, 6))
        file.write(bytes(random.randint(1, 255) for _ in range(count * 30)))
    with open(f"{folder}/{name}-labels-idx1-ubyte", "wb") as file:
        file.write(struct.pack(">II", 2049, count) + bytes(random.randrange(10) for _ in range(count)))
