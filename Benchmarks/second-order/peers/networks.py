"""The network in PyTorch."""
import torch

torch.set_num_threads(1)


def network(layers, dtype):
    modules = []
    for weight, bias in layers:
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=dtype)
        linear.weight.data = torch.tensor(weight, dtype=dtype)
        linear.bias.data = torch.tensor(bias, dtype=dtype)
        modules += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


def loss(model, x, y):
    """Without derivatives."""
    with torch.no_grad():
        return torch.nn.functional.mse_loss(model(x), y).item()
