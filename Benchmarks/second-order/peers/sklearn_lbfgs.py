"""scikit-learn's MLPRegressor with the solver lbfgs, begun again from where it stops."""
import warnings

import numpy as np
from sklearn.neural_network import MLPRegressor


class Network(MLPRegressor):
    """With first weights that are given, and a clock that sees every loss."""

    def _init_coef(self, fan_in, fan_out, dtype):
        weight, bias = self.first.pop(0)
        return np.ascontiguousarray(weight.T, dtype=dtype), bias.astype(dtype)

    def _loss_grad_lbfgs(self, *arguments):
        loss, gradient = super()._loss_grad_lbfgs(*arguments)
        # Its squared error is halved.
        self.clock.note(2 * loss)
        return loss, gradient


def train(x, y, layers, clock, precision):
    warnings.filterwarnings("ignore")
    network = Network(
        hidden_layer_sizes=[len(bias) for _, bias in layers[:-1]], activation="tanh", solver="lbfgs", alpha=0, tol=0,
        max_iter=10**9, max_fun=10**9, warm_start=True)
    network.first, network.clock = list(layers), clock
    x, y = x.astype(precision), (y if y.shape[1] > 1 else y[:, 0]).astype(precision)
    clock.start()
    while True:
        network.fit(x, y)
