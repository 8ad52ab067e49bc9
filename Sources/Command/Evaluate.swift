import ArgumentParser
import Cluster
import Foundation
import Kernels
import Networks
import Storage
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loss and accuracy of a trained network, on the data it was trained with or on --data.",
        discussion: """
            Data, limits, target and precision are the run's unless they are given; data that are not those that the run \
            was trained with are refused, unless --data names them.
            """)

    @OptionGroup var saved: SavedModelOptions
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Flag(help: "The result as one JSON object.")
    var json = false

    func validate() throws {
        try requireLimits([("--threads", threads, threadsRange)])
    }

    func run() throws {
        let processes = try Processes(Session.environment)
        // The first rank alone reads what RUN names.
        var model: SavedModel?
        let text = try processes.fromFirst {
            let found = try SavedModel(saved.name())
            model = found
            var options = Configuration()
            options.topology = found.topology
            options.target = try found.target(given: saved.target)
            options.precision = saved.precision(of: found)
            options.weights = found.path
            return String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        }
        let options = try JSONDecoder().decode(Configuration.self, from: Data(text.utf8))
        switch options.precision {
        case .float32: try evaluate(Trainer<Float>.self, options, processes, model)
        case .float64: try evaluate(Trainer<Double>.self, options, processes, model)
        }
    }

    private func evaluate<Scalar>(
        _: Trainer<Scalar>.Type, _ given: Configuration, _ processes: Processes, _ model: SavedModel?
    ) throws {
        let threads = self.threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: .exact, threads: threads)
        var options = given
        options.slices = Configuration.defaultSlices(workers: team.totalWorkers)
        let dataset = try NodeDataset(
            processes: processes, topology: options.topology, target: options.target.target,
            load: { try saved.dataset(of: model ?? SavedModel(saved.name())) })
        let trainer = try Trainer<Scalar>(
            processes: processes, team: team, configuration: options, dataset: dataset)
        let result = try trainer.evaluate()
        guard processes.isFirst else { return }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try Console.print(String(decoding: try encoder.encode(result), as: UTF8.self))
        } else {
            try Console.print(result)
        }
    }
}
