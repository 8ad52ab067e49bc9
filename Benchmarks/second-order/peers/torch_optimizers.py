"""PyTorch's own optimisers: Adam, and L-BFGS on the whole set."""
import torch

import networks


def train(x, y, layers, clock, kind, precision, **settings):
    dtype = getattr(torch, precision)
    x, y = torch.tensor(x, dtype=dtype), torch.tensor(y, dtype=dtype)
    torch.manual_seed(1)
    {"adam": adam, "lbfgs": lbfgs}[kind](x, y, lambda: networks.network(layers, dtype), clock, **settings)


def backward(model, x, y):
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


def adam(x, y, make, clock, rate, batch):
    backward(make(), x[:batch], y[:batch])
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    count = len(x)
    clock.start()
    while True:
        order = torch.randperm(count)
        for first in range(0, count - batch + 1, batch):
            rows = order[first:first + batch]
            optimizer.zero_grad()
            backward(model, x[rows], y[rows])
            optimizer.step()
            if clock.is_due():
                clock.note(lambda: networks.loss(model, x, y))


def lbfgs(x, y, make, clock, history):
    """Every loss that its line search sees counts, also those of points that it leaves again."""
    backward(make(), x, y)
    model = make()
    optimizer = torch.optim.LBFGS(
        model.parameters(), lr=1, max_iter=10**9, max_eval=10**9, tolerance_grad=0, tolerance_change=0,
        history_size=history, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = backward(model, x, y)
        clock.note(loss.detach())
        return loss

    clock.start()
    while True:
        optimizer.step(closure)
