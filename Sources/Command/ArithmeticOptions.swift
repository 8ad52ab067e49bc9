import ArgumentParser
import Cluster
import Networks
import Training

/// How it is computed.
struct ArithmeticOptions: TitledOptions {
    static let title = "Arithmetic"
    static let example = "train --gradient backprop --precision float64 --slices 16"

    @Option(help: "How gradients are computed: frontprop, backprop, matrix or scalar (default: frontprop).")
    var gradient: GradientMethod?
    @Option(help: "float32 or float64 (default: float32; \(Optimizer.namesOfWholeSets): float64).")
    var precision: Precision?
    @Option(
        help: "Slices of a minibatch: part of what a run is [8, or the first of 16, 24, 32, 48, … for more workers].")
    var slices: Int?
    @Option(
        help: "exact: the same bits on any layout; allreduce: the textbook way, for comparison (default: exact).")
    var reduction: Reduction?
    @Option(help: .hidden)
    var lossScale: Double?

    static var settings: [Setting<Self>] {
        [
            Setting("--gradient", \.gradient, \.gradient), Setting("--precision", \.precision, \.precision),
            Setting("--slices", \.slices, \.slices), Setting("--reduction", \.reduction, \.reduction),
            Setting("--loss-scale", \.lossScale, \.lossScale),
        ]
    }

    /// The names of those that were given, and that a genetic search has no use for.
    var givenOfGradients: [String] { given.filter { ["--gradient", "--slices", "--reduction"].contains($0) } }
}
