"""What is compared, and how each program is started for it."""
import dataclasses
import json
import os
import statistics
import sys

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
OURS = "Frontprop"
# The default comes first, and is not named in the table.
ENGINES = ["frontprop", "backprop"]
TABLE_ROWS, TABLE_COLUMNS, TABLE_TESTED = 100_000, 50, 1000


@dataclasses.dataclass(frozen=True)
class Work:
    """A network, its data, and how it learns.

    Labels go with softmax and cross-entropy, numbers and inputs as targets with linear outputs and MSE; the article's two
    networks, for which the peers have programs of their own, have sigmoids and MSE throughout.
    """
    name: str
    title: str
    model: str
    epochs: int
    # MNIST's labels, its images themselves (inputs), or the numbers of the table that make_table makes.
    target: str = "labels"
    activation: str = "sigmoid"
    optimizer: str = "sgd"
    rate: float = 0.1
    schedule: str = "constant"
    batch: int = 1000
    # The first of the training set; None for all.
    samples: int | None = None
    # Of this program; the sweep of frontprop costs many times backprop's where several hidden layers are wide.
    engines: tuple = tuple(ENGINES)
    is_of_the_article: bool = False
    # Whether the whole process is timed, with a measurement of the test set after each epoch, or the passes over the training set.
    is_whole: bool = False

    @property
    def is_of_table(self):
        return self.target == "numbers"


def article(name, model, epochs, **others):
    title = f"MNIST, {model.replace('x', '-')} sigmoid, MSE, momentum SGD, minibatch 1000: the article's {name}"
    return Work(name, title, name, epochs, rate=10, engines=("frontprop",), is_of_the_article=True, **others)


def adam(name, what, model, activation, batch, epochs, **others):
    loss = "MSE" if others.get("target") == "numbers" else "cross-entropy"
    title = f"{what}, {model.replace('x', '-')} {activation}, {loss}, Adam, minibatch {batch}"
    return Work(name, title, model, epochs, activation=activation, optimizer="adam", batch=batch, **{"rate": 1e-3} | others)


def table(name, model, activation, batch, epochs, **others):
    what = f"{TABLE_ROWS} rows of {TABLE_COLUMNS} floats"
    return adam(name, what, model, activation, batch, epochs, target="numbers", **others)


WORKS = {work.name: work for work in [
    article("classifier", "784x16x16x10", 17),
    article("autoencoder", "784x64x784", 5, target="inputs"),
    adam("images-128", "MNIST", "784x128x64x10", "relu", 128, 7),
    adam("images-1000", "MNIST", "784x128x64x10", "relu", 1000, 9),
    # Long enough that states of weights without a gradient are where numbers end.
    adam("images-20", "4000 samples of MNIST, 21 epochs", "784x256x128x10", "relu", 20, 21, rate=1e-2, samples=4000),
    table("table-256", "50x64x64x1", "tanh", 256, 17),
    table("table-1000", "50x64x64x1", "tanh", 1000, 17),
    table("table-wide", "50x256x256x256x1", "relu", 1000, 4, engines=("backprop",)),
    # The search that found this recipe is in Docs/performance.md.
    adam("mnist-98", "MNIST to 98 % of the test set, whole process of 6 epochs, rate by cosine from 0.012 to 0",
         "784x128x64x10", "relu", 200, 6, rate=1.2e-2, schedule="cosine", is_whole=True),
]}


def work_of(name):
    """The one of this name, or MNIST with a network of any sizes."""
    if name in WORKS:
        return WORKS[name]
    sizes = name.split("x")
    target, loss = ("inputs", "inputs as targets, MSE") if sizes[0] == sizes[-1] else ("labels", "cross-entropy")
    title = f"MNIST, {'-'.join(sizes)} sigmoid, {loss}, SGD, minibatch 1000"
    return Work(name, title, name, 4, target=target, engines=("backprop",))


def make_table(folder):
    """Rows of numbers and a smooth function of them with noise, the same each time, as .npy files: the paths of both."""
    import numpy as np
    rng = np.random.default_rng(1)
    x = rng.standard_normal((TABLE_ROWS + TABLE_TESTED, TABLE_COLUMNS), dtype=np.float32)
    y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + np.tanh(x[:, 3:8].sum(1)) + 0.1 * rng.standard_normal(len(x))
    paths = [os.path.join(folder, name) for name in ("x.npy", "y.npy")]
    np.save(paths[0], x)
    np.save(paths[1], ((y - y.mean()) / y.std()).astype(np.float32)[:, None])
    return paths


@dataclasses.dataclass(frozen=True)
class Program:
    """Something that does a work: its command, with {run} for a folder of its own and {seed}, and the reader of what it prints.

    The reader has the output and the whole process's seconds for arguments; it gives `seconds`, and of a whole process also
    `epochs` and the last one's `accuracy`.
    """
    name: str
    command: list
    read: object


def programs(options, work, workers):
    """All that do this work on this many cores."""
    peers = article_peers if work.is_of_the_article else general_peers
    yield from peers(options, work, workers)
    for engine in work.engines:
        suffix = "" if engine == ENGINES[0] else f", {engine}"
        if workers > 1:
            yield ours(options, work, f"{OURS}, ranks{suffix}", engine, ranks=workers)
        yield ours(options, work, f"{OURS}, threads{suffix}", engine, threads=workers)
    if work.is_of_the_article:
        name = f"{OURS}, {'ranks' if workers > 1 else 'threads'}, allreduce"
        yield ours(options, work, name, ENGINES[0], "--reduction", "allreduce", ranks=workers)


def mpirun(ranks):
    command = ["mpirun", "--bind-to", "core", "-n", str(ranks)]
    return (command + ["--allow-run-as-root"] if os.geteuid() == 0 else command) if ranks > 1 else []


def data_of(options, work):
    return ["--data", options.table[0], "--targets", options.table[1]] if work.is_of_table else ["--data", options.data]


def samples_of(options, work):
    return options.samples or work.samples or (TABLE_ROWS if work.is_of_table else None)


def script(options, work, name, *extra):
    """A peer's command."""
    samples = samples_of(options, work)
    return [
        sys.executable, os.path.join(PEERS, name), *data_of(options, work), "--model", work.model, "--epochs",
        str(work.epochs), *(["--samples", str(samples)] if samples else []), *([] if work.is_whole else ["--no-eval"]), *extra]


def bound(workers):
    """OpenMP's threads, one a core."""
    return ["env", f"OMP_NUM_THREADS={workers}", "OMP_PROC_BIND=true", "OMP_PLACES=cores"]


def article_peers(options, work, workers):
    threads = ["--threads", str(workers)]
    torch = bound(workers) + script(options, work, "torch_train.py", *threads)
    hand = torch + ["--hand", "--u8"]
    yield Program("NumPy + mpi4py", mpirun(workers) + script(options, work, "mpi4py_numpy_train.py"), passes_of_peer)
    yield Program("PyTorch, eager", torch, passes_of_peer)
    yield Program("PyTorch, hand-written, bytes", hand, passes_of_peer)
    yield Program("PyTorch, hand-written, bytes, oneDNN", hand + ["--gemm", "onednn"], passes_of_peer)
    yield Program("JAX, epoch jitted", script(options, work, "jax_train.py", *threads), passes_of_peer)


def general_peers(options, work, workers):
    recipe = ["--threads", str(workers), "--activation", work.activation, "--optimizer", work.optimizer, "--rate",
              str(work.rate), "--schedule", work.schedule, "--batch", str(work.batch), "--seed", "{seed}"]
    read = whole_of_peer if work.is_whole else passes_of_peer
    torch = bound(workers) + script(options, work, "general_torch.py", *recipe)
    jax = script(options, work, "general_jax.py", *recipe)
    yield Program("PyTorch, eager", torch, read)
    yield Program("PyTorch, eager, set_flush_denormal", torch + ["--flush-denormal"], read)
    yield Program("JAX, epoch jitted", jax, read)
    # Compiling takes longer than such a work as a whole.
    if options.has_compiler and not work.is_whole:
        yield Program("PyTorch, compiled", torch + ["--compile"], read)
    if not work.is_of_table:
        # What is faster differs between them, and from machine to machine.
        yield Program("PyTorch, eager, floats", torch + ["--floats"], read)
        yield Program("JAX, epoch jitted, floats", jax + ["--floats"], read)
    if (work.activation, work.optimizer) == ("sigmoid", "sgd"):
        numpy = script(options, work, "mpi4py_numpy_train.py")
        yield Program("NumPy + mpi4py", mpirun(workers) + numpy, read)


def ours(options, work, name, engine, *extra, ranks=1, threads=1):
    recipe = []
    if not work.is_of_the_article:
        head = ["--loss", "cross-entropy"] if work.target == "labels" else ["--loss", "mse", "--output-activation", "linear"]
        # Constant is the default, and a word that older programs do not know.
        schedule = [] if work.schedule == "constant" else ["--schedule", work.schedule]
        momentum = ["--momentum", "0"] if work.optimizer == "sgd" else []
        recipe = ["--activation", work.activation, *head, "--optimizer", work.optimizer, *momentum, "--learning-rate",
                  str(work.rate), *schedule, "--batch-size", str(work.batch), "--gradient", engine, "--seed", "{seed}"]
        recipe += ["--target", "inputs"] if work.target == "inputs" else []
    samples = samples_of(options, work)
    command = [
        options.program, "train", *data_of(options, work), "--model", work.model, "--epochs", str(work.epochs), *recipe,
        *(["--train-limit", str(samples)] if samples else []), "--threads", str(threads), "--json", "--run", "{run}", *extra]
    return Program(name, mpirun(ranks) + command, whole_of_ours if work.is_whole else passes_of_ours)


def median_of_passes(seconds):
    """The first one left out, in which memory is touched and peers compile."""
    return {"seconds": statistics.median(seconds[1:])}


def epochs_of_peer(text):
    return [line.split() for line in text.splitlines() if line.startswith("epoch ")]


def passes_of_peer(text, _):
    return median_of_passes([float(words[3]) for words in epochs_of_peer(text)])


def whole_of_peer(text, wall):
    epochs = epochs_of_peer(text)
    return {"seconds": wall, "epochs": len(epochs), "accuracy": float(epochs[-1][7])}


def epochs_of_ours(text):
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [event for event in events if event["event"] == "epoch"]


def passes_of_ours(text, _):
    return median_of_passes([event["train_seconds"] for event in epochs_of_ours(text)])


def whole_of_ours(text, wall):
    epochs = epochs_of_ours(text)
    return {"seconds": wall, "epochs": len(epochs), "accuracy": epochs[-1]["test_accuracy"]}
