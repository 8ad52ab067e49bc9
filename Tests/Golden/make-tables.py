# One table in every format, as NumPy, h5py and scikit-learn write them: Tests/Golden/make-tables.py FOLDER
import gzip
import sys

import h5py
import numpy
from sklearn.datasets import dump_svmlight_file

folder = sys.argv[1]
random = numpy.random.default_rng(1)
x = random.standard_normal((40, 3)) * [1, 1e-7, 1e9]
x = numpy.vectorize(lambda number: float("%.12g" % number))(x)
x[random.random((40, 3)) < 0.3] = 0
y = numpy.round(random.standard_normal(40), 3)

rows = "\n".join(",".join(map(repr, [*map(float, row), float(target)])) for row, target in zip(x, y))
text = "x0,x1,x2,y\n" + rows + "\n"
open(folder + "/table.csv", "w").write(text)
open(folder + "/table.tsv", "w").write(text.replace(",", "\t"))
open(folder + "/table.csv.gz", "wb").write(gzip.compress(text.encode(), mtime=0))
numpy.savez(folder + "/table.npz", x=x, y=y)
numpy.savez_compressed(folder + "/packed.npz", x=x, y=y)
dump_svmlight_file(x, y, folder + "/table.svm", zero_based=False)
with h5py.File(folder + "/table.h5", "w") as file:
    file["x"] = x
    file["y"] = y
    file.create_dataset("group/x", data=x, chunks=(7, 2), compression="gzip", shuffle=True)
    file.create_dataset("group/y", data=y.reshape(40, 1), dtype="f8")
    file.create_dataset("text", data=["a", "b"])
