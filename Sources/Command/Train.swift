import ArgumentParser
import Foundation
import Kernels
import MPI
import NeuralNetwork
import Storage
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network.",
        discussion: "Start it under mpirun for many processes; without, it runs as one process on all cores.")

    @Option(help: "classifier (784x16x16x10), autoencoder (784x64x784), or sizes such as 784x30x10.")
    var model = "classifier"
    @OptionGroup var dataOptions: DataOptions
    @Option(help: "Passes over the training set.")
    var epochs = 16
    @Option(help: "Samples of a minibatch, over all ranks.")
    var batchSize = 1000
    @Option(help: "Rate of the momentum SGD: v = momentum·v - rate·gradient; w = w + v.")
    var learningRate = 10.0
    @Option(help: "Momentum of the SGD.")
    var momentum = 0.5
    @Option(help: "Seed of the first weights and of the shuffling.")
    var seed: UInt64 = 1
    @Flag(help: "Take the samples in the order of the file.")
    var noShuffle = false
    @Option(help: "kaiming: U(±1/√fan_in); normal: N(0,1)/√fan_in.")
    var initializer = Initializer.kaiming
    @Option(help: "Start from the weights in this safetensors file instead.")
    var weights: String?
    @Option(help: "How gradients are computed.")
    var gradient = GradientMethod.frontprop
    @Option(help: "float32 or float64.")
    var precision = Precision.float32
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Option(
        help: "Slices of a minibatch: part of what a run is [8, or the first of 16, 24, 32, 48, … for more workers].")
    var slices: Int?
    @Option(help: "exact: the same bits on any layout; allreduce: the textbook way, for comparison.")
    var reduction = Reduction.exact
    @Option(name: .customLong("run"), help: "Where everything is written [runs/<time>-<model>].")
    var runFolder: String?
    @Flag(help: "No progress, only the hash of the weights.")
    var quiet = false
    @Flag(help: "Events as JSON lines on standard output.")
    var json = false

    func validate() throws {
        _ = try parseTopology(model)
        let counts = [
            ("--epochs", epochs, 0), ("--batch-size", batchSize, 1), ("--threads", threads ?? 1, 1),
            ("--slices", slices ?? 1, 1),
        ]
        for (name, value, least) in counts where value < least {
            throw ValidationError("\(name) must be at least \(least), not \(value).")
        }
        if let slices, slices > 4096 { throw ValidationError("--slices must be at most 4096, not \(slices).") }
        if let threads, threads > 1024 { throw ValidationError("--threads must be at most 1024, not \(threads).") }
        let largest = precision == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
        guard abs(learningRate) <= largest, abs(momentum) <= largest else {
            throw ValidationError("--learning-rate and --momentum must be finite numbers of --precision.")
        }
        guard reduction == .exact || slices == nil else {
            throw ValidationError("--slices goes with --reduction exact; allreduce has a slice per worker.")
        }
    }

    func run() throws {
        switch precision {
        case .float32: try train(Float.self)
        case .float64: try train(Double.self)
        }
    }

    private func train<Scalar: Real & Datatype>(_: Scalar.Type) throws {
        OpenBLAS.useOneThread()
        let processes = try Processes(Session.environment)
        let threads = self.threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: reduction, threads: threads)
        let options = try resolved(workers: team.totalWorkers)
        let dataset = try NodeDataset(
            processes: processes, topology: options.topology, target: options.target == .inputs ? .inputs : .labels,
            load: dataOptions.load)
        try processes.agree {
            let refusal = gradient.refusal(
                topology: options.topology, samples: dataset.train.count * epochs, workers: team.totalWorkers,
                memoryBytes: Double(ProcessInfo.processInfo.physicalMemory), as: Scalar.self)
            if let refusal { throw Failure(.usage, refusal) }
        }
        let output = TrainOutput(quiet: quiet, json: json)
        var folder: RunFolder?
        let trainer = try Trainer<Scalar>(
            processes: processes, team: team, configuration: options, dataset: dataset,
            report: { event in
                try folder?.record(event)
                try output.show(event)
            }, progress: { output.show($0) })
        try processes.agree {
            guard processes.isFirst else { return }
            output.warn(of: team, processes: processes)
            let started = try RunFolder(runFolder ?? defaultRunFolder(model))
            try started.write(options, processes: processes, team: team)
            let event = trainer.startEvent
            try started.record(.start(event))
            try output.show(.start(event))
            folder = started
        }
        let end = try trainer.run()
        try processes.agree {
            guard processes.isFirst, let folder else { return }
            try trainer.writeModel(to: folder.modelPath)
            try folder.record(.end(end))
            try output.show(.end(end), folder: folder.path)
        }
    }

    private func resolved(workers: Int) throws -> Configuration {
        let topology = try parseTopology(model)
        var options = Configuration()
        options.model = topology.description
        options.target = topology.outputCount == topology.inputCount ? .inputs : .labels
        options.data = dataOptions.data
        options.trainLimit = dataOptions.trainLimit
        options.testLimit = dataOptions.testLimit
        options.epochs = epochs
        options.batchSize = batchSize
        options.learningRate = learningRate
        options.momentum = momentum
        options.seed = seed
        options.shuffle = !noShuffle
        options.initializer = initializer
        options.weights = weights
        options.gradient = gradient
        options.precision = precision
        options.reduction = reduction
        options.slices = reduction == .exact ? slices ?? Configuration.defaultSlices(workers: workers) : workers
        return options
    }
}
