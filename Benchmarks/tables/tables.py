"""What run.sh runs: makes the files, and has each reader read them."""
import json
import statistics
import subprocess
import sys

# Each a program of its own: what is read is `table`.
PEERS = {
    "csv": ("pandas", "import pandas; read = lambda f: pandas.read_csv(f)"),
    "csv.gz": ("pandas", "import pandas; read = lambda f: pandas.read_csv(f)"),
    "npy": ("NumPy", "import numpy; read = lambda f: numpy.load(f)"),
    "npz": ("NumPy", "import numpy; read = lambda f: numpy.load(f)['x']"),
    "h5": ("h5py", "import h5py; read = lambda f: h5py.File(f)['x'][:]"),
}
PEER = """
import json, resource, sys, time
{read}
start = time.monotonic()
table = read(sys.argv[1])
seconds = time.monotonic() - start
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(json.dumps(dict(rows=table.shape[0], columns=table.shape[1], seconds=seconds, megabytes=megabytes)))
"""
MAKE = """
import sys, gzip, h5py, numpy, pandas
work, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = numpy.random.default_rng(1).standard_normal((rows, columns))
frame = pandas.DataFrame(x, columns=["x%d" % i for i in range(columns)])
frame.to_csv(work + "/table.csv", index=False)
frame.to_csv(work + "/table.csv.gz", index=False, compression=dict(method="gzip", compresslevel=1))
numpy.save(work + "/table.npy", x)
numpy.savez(work + "/table.npz", x=x)
with h5py.File(work + "/table.h5", "w") as file:
    file["x"] = x
"""


def main():
    reader, work, rows, columns, repeats = sys.argv[1:]
    subprocess.run([sys.executable, "-c", MAKE, work, rows, columns], check=True)
    print(f"{rows} rows, {columns} columns: {int(rows) * int(columns) * 8 / 1e6:.0f} MB of float64; medians of {repeats}")
    print("| file | reader | seconds | MB |\n|---|---|---|---|")
    for kind, (peer, read) in PEERS.items():
        commands = {
            "Frontprop": [reader, f"{work}/table.{kind}"],
            peer: [sys.executable, "-c", PEER.format(read=read), f"{work}/table.{kind}"],
        }
        found = {name: [] for name in commands}
        for _ in range(int(repeats)):
            for name, command in commands.items():
                result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                assert (result["rows"], result["columns"]) == (int(rows), int(columns)), result
                found[name].append(result)
        for name, results in found.items():
            seconds = statistics.median(result["seconds"] for result in results)
            megabytes = statistics.median(result["megabytes"] for result in results)
            print(f"| {kind} | {name} | {seconds:.2f} | {megabytes:.0f} |", flush=True)


main()
