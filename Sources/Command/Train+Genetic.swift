import ArgumentParser
import Foundation
import Kernels
import MPI
import NeuralNetwork
import Storage
import Training

extension Train {
    /// Trains by `--optimizer genetic`.
    func search<Scalar: Real & Datatype>(
        processes: Processes, team: Team, dataset: NodeDataset, configuration: Configuration, _: Scalar.Type
    ) throws {
        var configuration = configuration
        configuration.slices = 1
        let options = configuration.genetic!
        try processes.agree {
            if resume != nil { throw Failure(.usage, "a genetic search keeps no checkpoints: it cannot be resumed") }
            if trace != nil { throw Failure(.usage, "--trace goes with --optimizer sgd, not with genetic") }
            let (needed, there) = (
                options.bytes(configuration.topology, precision: configuration.precision),
                Double(ProcessInfo.processInfo.physicalMemory)
            )
            guard needed <= there / 2 else {
                throw Failure(
                    .usage,
                    String(
                        format: "a population of %d of %@ takes %.1f GB; this host has %.1f", options.population,
                        "\(configuration.topology)", needed / 1e9, there / 1e9))
            }
        }
        let output = TrainOutput(quiet: quiet, json: json)
        var folder: RunFolder?
        let trainer = try Trainer<Scalar>(
            processes: processes, team: team, configuration: configuration, dataset: dataset)
        let search = try GeneticSearch(
            trainer,
            report: { event in
                try folder?.record(event)
                try output.show(event)
            }, progress: { output.show($0, of: "rounds") })
        try processes.agree {
            guard processes.isFirst else { return }
            output.warn(of: team, processes: processes)
            let started = try RunFolder.create(runFolder ?? defaultFolder(configuration))
            try started.write(configuration, processes: processes, team: team, dataset: dataset)
            let event = search.startEvent
            try started.record(.start(event))
            try output.show(.start(event))
            folder = started
        }
        let end = try search.run()
        try processes.agree {
            guard processes.isFirst, let folder else { return }
            try trainer.writeModel(to: folder.modelPath)
            try folder.record(.end(end))
            try output.show(.end(end), folder: folder.path)
        }
    }
}
