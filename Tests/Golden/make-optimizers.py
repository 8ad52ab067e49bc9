"""Prints optimizers.json: PyTorch's losses of the classifier with other optimisers, in float64, MNIST in the file's order.

    FRONTPROP_SHARED=FOLDER python3 Tests/Golden/make-optimizers.py >Tests/Golden/optimizers.json

FOLDER holds `mnist` and `parity/init_classifier.safetensors`, the first weights. Needs torch.
"""
import gzip, json, os, struct
import torch

shared = os.environ["FRONTPROP_SHARED"]


def idx(name):
    path = f"{shared}/mnist/{name}"
    data = open(path, "rb").read() if os.path.exists(path) else gzip.open(path + ".gz").read()
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return torch.frombuffer(bytearray(data[4 + 4 * rank :]), dtype=torch.uint8).reshape(shape)


def split(name):
    images, labels = idx(f"{name}-images-idx3-ubyte"), idx(f"{name}-labels-idx1-ubyte").long()
    return images.flatten(1).double() / 255, torch.nn.functional.one_hot(labels, 10).double()


def weights():
    data = open(f"{shared}/parity/init_classifier.safetensors", "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    for name, tensor in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            first, end = (8 + size + offset for offset in tensor["data_offsets"])
            values = torch.frombuffer(bytearray(data[first:end]), dtype=torch.float32)
            yield name, values.reshape(tensor["shape"]).double()


torch.set_default_dtype(torch.float64)
optimizers = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.05, betas=(0.8, 0.99)),
    "nesterov": lambda parameters: torch.optim.SGD(parameters, lr=4, momentum=0.8, nesterov=True),
}
loss = torch.nn.MSELoss()
train, test = split("train"), split("t10k")


def epochs(make):
    layers = []
    for inputs, outputs in [(784, 16), (16, 16), (16, 10)]:
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Sigmoid()]
    network = torch.nn.Sequential(*layers)
    network.load_state_dict(dict(weights()))
    optimizer = make(network.parameters())
    for epoch in range(3):
        for first in range(0, len(train[0]), 1000):
            optimizer.zero_grad()
            loss(network(train[0][first : first + 1000]), train[1][first : first + 1000]).backward()
            optimizer.step()
        with torch.no_grad():
            yield {f"{name}_loss": loss(network(x), t).item() for name, (x, t) in [("train", train), ("test", test)]}


losses = {name: list(epochs(make)) for name, make in optimizers.items()}
print(json.dumps({"torch": torch.__version__, "optimizers": losses}, indent=1))
