import ArgumentParser
import Cluster
import Datasets
import Frontprop
import Networks
import Storage
import Training

extension CheckpointInterval: ExpressibleByArgument {}
extension FaultInjection: ExpressibleByArgument {}

/// What a run is. None has a default here: what is not given is as `Configuration` has it, or as the run that is resumed.
struct TrainOptions: ParsableArguments {
    @Option(
        help: "classifier (784x16x16x10), autoencoder (784x64x784), or sizes such as 784x30x10 (default: classifier).")
    var model: String?
    @Option(help: "synthetic, mnist, or a folder with the four IDX files, plain or .gz (default: synthetic).")
    var data: String?
    @Option(
        help:
            "labels: an output for each class; inputs: an autoencoder (default: labels; of --model autoencoder: inputs)."
    )
    var target: Configuration.TargetName?
    @OptionGroup var network: NetworkOptions
    @Option(help: .hidden)
    var targets: String?
    @Option(help: .hidden)
    var rowWeights: String?
    @Option(help: "Use the first N training samples.")
    var trainLimit: Int?
    @Option(help: "Use the first N test samples.")
    var testLimit: Int?
    @Option(help: "Passes over the training set (default: 16).")
    var epochs: Int?
    @Option(help: "Samples of a minibatch, over all ranks (default: 1000).")
    var batchSize: Int?
    @Option(help: "Rate of the steps (\(Optimizer.defaults(of: \.learningRate))).")
    var learningRate: Double?
    @Option(help: "Of sgd: v = momentum·v - rate·gradient; w = w + v (\(Optimizer.defaults(of: \.momentum))).")
    var momentum: Double?
    @Flag(help: "Of sgd: w = w + momentum·v - rate·gradient instead, with the new v.")
    var nesterov = false
    @Option(help: "Of adam: how much of the mean of the gradients a step keeps (\(Optimizer.defaults(of: \.beta1))).")
    var beta1: Double?
    @Option(help: "Of adam: how much of the mean of their squares (\(Optimizer.defaults(of: \.beta2))).")
    var beta2: Double?
    @Option(help: "Seed of the first weights and of the shuffling (default: 1).")
    var seed: UInt64?
    @Flag(help: "Take the samples in the order of the file.")
    var noShuffle = false
    @Option(help: "\(Initializer.help) (default: kaiming).")
    var initializer: Initializer?
    @Option(help: "Start from the weights in this safetensors file instead.")
    var weights: String?
    @Option(help: "How gradients are computed: frontprop, backprop, matrix or scalar (default: frontprop).")
    var gradient: GradientMethod?
    @Option(help: "float32 or float64 (default: float32).")
    var precision: Precision?
    @Option(help: "\(Optimizer.summaries) (default: \(Optimizer.sgd.rawValue)).")
    var optimizer: Optimizer?
    @OptionGroup var genetic: GeneticArguments
    @Option(
        help: "Slices of a minibatch: part of what a run is [8, or the first of 16, 24, 32, 48, … for more workers].")
    var slices: Int?
    @Option(
        help: "exact: the same bits on any layout; allreduce: the textbook way, for comparison (default: exact).")
    var reduction: Reduction?
    @Option(help: "Save the run every N epochs, or every Nsteps (default: 1).")
    var checkpointEvery: CheckpointInterval?
    @Option(help: .hidden)
    var lossScale: Double?

    func validate() throws {
        if let model { _ = try parseTopology(model) }
    }

    /// `options` with what was given in place of what was there.
    ///
    /// - Throws: `.usage` where one is out of its limits, or they do not go together.
    func applied(to options: Configuration) throws -> Configuration {
        var options = options
        if let model {
            let topology = try parseTopology(model)
            // The name of the network says what it is for; sizes do not.
            if topology != options.topology { options.target = model == "autoencoder" ? .inputs : .labels }
            options.topology = topology
        }
        if let targets {
            options.targets = DataSource.resolved(targets)
            options.target = try NumPyArray.holdsIntegers(path: targets) ? .labels : .numbers
            guard target != .labels || options.target == .labels else {
                throw Failure(.usage, "--target labels: \(targets) holds no integers")
            }
        }
        options.target = target ?? options.target
        network.apply(to: &options)
        options.data = data.map(DataSource.resolved) ?? options.data
        options.rowWeights = rowWeights.map(DataSource.resolved) ?? options.rowWeights
        options.trainLimit = trainLimit ?? options.trainLimit
        options.testLimit = testLimit ?? options.testLimit
        options.epochs = epochs ?? options.epochs
        options.batchSize = batchSize ?? options.batchSize
        options.seed = seed ?? options.seed
        options.shuffle = options.shuffle && !noShuffle
        options.initializer = initializer ?? options.initializer
        options.weights = weights ?? options.weights
        options.gradient = gradient ?? options.gradient
        options.precision = precision ?? options.precision
        applyOptimizer(to: &options)
        options.slices = slices ?? options.slices
        options.reduction = reduction ?? options.reduction
        options.checkpointEvery = checkpointEvery ?? options.checkpointEvery
        options.lossScale = lossScale ?? options.lossScale
        guard options.reduction == .exact || slices == nil else {
            throw Failure(.usage, "--slices goes with --reduction exact; allreduce has a slice per worker")
        }
        options.genetic = try genetic.applied(to: options, gradientOption: gradientOption)
        if let fault = options.fault { throw Failure(.usage, fault) }
        options.activation = options.activation.simplified
        return options
    }

    /// Another optimiser has defaults of its own.
    private func applyOptimizer(to options: inout Configuration) {
        if let optimizer, optimizer != options.optimizer {
            options.optimizer = optimizer
            options.optimizerOptions = optimizer.defaults
        }
        options.learningRate = learningRate ?? options.learningRate
        options.momentum = momentum ?? options.momentum
        options.nesterov = nesterov ? true : options.nesterov
        options.beta1 = beta1 ?? options.beta1
        options.beta2 = beta2 ?? options.beta2
    }

    /// The first that was given of the options of gradient descent alone.
    private var gradientOption: String? {
        [
            ("--epochs", epochs != nil), ("--batch-size", batchSize != nil), ("--learning-rate", learningRate != nil),
            ("--momentum", momentum != nil), ("--nesterov", nesterov), ("--beta1", beta1 != nil),
            ("--beta2", beta2 != nil),
            ("--dropout", network.dropout != nil), ("--no-shuffle", noShuffle), ("--gradient", gradient != nil),
            ("--slices", slices != nil), ("--reduction", reduction != nil),
        ].first(where: \.1)?.0
    }

    /// What is to be said of the target where it is not what the sizes may have been meant for; nil where there is nothing.
    func targetAdvice(_ options: Configuration) -> String? {
        guard target == nil, options.target == .labels, options.topology.inputCount == options.topology.outputCount
        else { return nil }
        return
            "\(options.topology) has an output for each input, and is trained on the labels, not as an autoencoder: that "
            + "would be --target inputs; --target labels says it without this warning"
    }

    /// The options of a run that goes on: those it was begun with, and what may be given anew.
    ///
    /// - Throws: `.usage` naming an option that would change the result, with both values.
    func resumed(_ begun: Configuration) throws -> Configuration {
        let options = try applied(to: begun)
        let changed = try options.differences(from: begun).filter { !Configuration.freeOptions.contains($0.option) }
        // Another optimiser brings options of its own: it is what was asked for.
        if let first = changed.first(where: { $0.option == "--optimizer" }) ?? changed.first {
            throw Failure(
                .usage,
                "\(first.option) of the run that is resumed is \(first.other), not \(first.value): it would change the "
                    + "result; leave it out")
        }
        guard options.epochs >= begun.epochs else {
            throw Failure(
                .usage, "--epochs of the run that is resumed is \(begun.epochs): give more, not \(options.epochs)")
        }
        return options
    }
}
