"""torch-levenberg-marquardt; losses of the whole set are looked up where its batches are parts of it."""
import torch
import torch_levenberg_marquardt as tlm

import networks


def train(x, y, layers, clock, batch=None, damping={}, precision="float64", **options):
    dtype = getattr(torch, precision)
    x, y = torch.tensor(x, dtype=dtype), torch.tensor(y, dtype=dtype)
    torch.manual_seed(1)

    def module():
        return tlm.training.LevenbergMarquardtModule(
            networks.network(layers, dtype), loss_fn=tlm.loss.MSELoss(),
            damping_strategy=tlm.damping.StandardDampingStrategy(**damping), **options)

    count = len(x)
    batch = batch or count
    module().training_step(x[:batch], y[:batch])
    steps = module()
    clock.start()
    stops = False
    while not stops:
        order = torch.randperm(count) if batch < count else None
        for first in range(0, count - batch + 1, batch):
            rows = slice(None) if order is None else order[first:first + batch]
            _, loss, stops, _ = steps.training_step(x[rows], y[rows])
            if order is None:
                clock.note(loss)
            elif clock.is_due():
                clock.note(lambda: networks.loss(steps.model, x, y))
            if stops:
                break
