#!/usr/bin/env python3
"""Makes small.safetensors, with the format's own library (pip install numpy safetensors)."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save

tensors = {
    "0.weight": np.array([[1.0, -2.5, 3.25], [0.0, -0.0, 1e-40]], dtype=np.float64),
    "0.bias": np.array([np.pi, np.e, np.nan, np.inf, 5e-324], dtype=np.float64),
    "scalar": np.array(42.0, dtype=np.float32),
    "empty": np.zeros((3, 0, 2), dtype=np.float32),
    'straße "ß"\\\n\u0001😀': np.array([1.5, -1e-45, 3.4e38], dtype=np.float32),
}
# One text: the library writes several in no fixed order.
Path(__file__).with_name("small.safetensors").write_bytes(save(tensors, metadata={"format": 'np "\\\t\u00e9'}))
