import ArgumentParser
import Foundation
import Kernels
import NeuralNetwork
import Storage
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loss and accuracy of saved weights on a dataset.")

    @Argument(help: "A model.safetensors, or a run's folder that holds one.")
    var weights: String
    @OptionGroup var dataOptions: DataOptions
    @Option(help: "float32 or float64.")
    var precision = Precision.float32
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Flag(help: "The result as one JSON object.")
    var json = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads).") }
    }

    func run() throws {
        switch precision {
        case .float32: try evaluate(Trainer<Float>.self)
        case .float64: try evaluate(Trainer<Double>.self)
        }
    }

    private func evaluate<Scalar>(_: Trainer<Scalar>.Type) throws {
        let processes = try Processes(Session.environment)
        let threads = self.threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: .exact, threads: threads)
        let path = SavedNetwork<Scalar>.file(weights)
        let model = try processes.fromFirst { try WeightsFile.topology(of: path).description }
        var options = Configuration()
        options.topology = try parseTopology(model)
        options.target = options.topology.inputCount == options.topology.outputCount ? .inputs : .labels
        options.weights = path
        options.slices = Configuration.defaultSlices(workers: team.totalWorkers)
        let dataset = try NodeDataset(
            processes: processes, topology: options.topology, target: options.target == .inputs ? .inputs : .labels,
            load: dataOptions.source.load)
        let trainer = try Trainer<Scalar>(
            processes: processes, team: team, configuration: options, dataset: dataset)
        let result = try trainer.evaluate()
        guard processes.isFirst else { return }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(String(decoding: try encoder.encode(result), as: UTF8.self))
        } else {
            print(result.description)
        }
    }
}
