import Foundation
import MPI
import Networks
import Storage
import Testing
import Training

@testable import Frontprop

/// Runs with an activation and a loss of this program's own.
@Suite struct OwnFunctionsTests {
    private static let activation = try! Activation.define("cubic") { h in h + 0.1 * h * h * h }
    private static let loss = try! Loss.define("fourth") { a, t in (a - t) * (a - t) * (a - t) * (a - t) }

    private func options(epochs: Int) -> Configuration {
        var options = Configuration()
        options.network = Network(
            .init(sizes: [784, 8, 10])!, hidden: .init(Self.activation), head: Head(.sigmoid, Self.loss))
        (options.trainLimit, options.testLimit) = (60, 20)
        (options.epochs, options.batchSize) = (epochs, 30)
        return options
    }

    private var world: Communicator { get throws { try Environment.start().world } }

    /// Written, read, gone on with, reproduced and measured, by their names.
    @Test func recordsNameThem() throws {
        try Folder.withTemporary("own") { folder in
            let path = folder + "/run"
            let resumed = try ResumedRun(at: path, on: world, options)
            let record = String(decoding: try InputFile.read(path + "/config.json"), as: UTF8.self)
            #expect(record.contains(#""cubic""#) && record.contains(#""fourth""#))
            let model = try SavedModel(path)
            #expect(model.network == options(epochs: 1).network)
            // Its file alone knows them, too.
            #expect(try SavedModel(path + "/model.safetensors").network == model.network)
            var found: EvaluationResult?
            try ModelUse.evaluate(on: world, threads: 2) {
                ModelUse(model)
            } tell: {
                found = $0
            }
            #expect(found?.testLoss == resumed.end.testLoss)
        }
    }
}
