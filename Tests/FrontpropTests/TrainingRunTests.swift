import Foundation
import MPI
import Networks
import Storage
import Testing
import Training

@testable import Frontprop

/// A run as a Swift user starts one: it throws, and says nothing by itself.
@Suite struct TrainingRunTests {
    private func options(epochs: Int = 2) -> Configuration {
        var options = Configuration()
        options.topology = .init(sizes: [784, 8, 10])!
        (options.trainLimit, options.testLimit) = (60, 20)
        (options.epochs, options.batchSize) = (epochs, 30)
        return options
    }

    private var world: Communicator { get throws { try Environment.start().world } }

    @Test func trainsWithoutAFolder() throws {
        var run = TrainingRun(options())
        run.threads = 2
        var kinds: [String] = []
        var progress = 0
        run.onEvent = {
            switch $0 {
            case .start: kinds.append("start")
            case .epoch(let epoch): kinds.append("epoch \(epoch.epoch)")
            default: kinds.append("other")
            }
        }
        run.onProgress = { _ in progress += 1 }
        let outcome = try run.train(on: world)
        #expect(kinds == ["start", "epoch 1", "epoch 2"])
        #expect(progress == 4 && outcome.folder == nil && outcome.end.weightsSHA256.count == 64)
    }

    /// Written, gone on with, and reproduced: the same weights on other threads.
    @Test func goesOnAndIsReproduced() throws {
        try Folder.withTemporary("library") { folder in
            let resumed = try ResumedRun(at: folder + "/run", on: world, options)
            #expect(resumed.finding == "reproduced: 3 epochs and the weights are the same")
        }
    }

    /// What a closure throws ends the run, as does what does not fit.
    @Test func throwsWhatGoesWrong() throws {
        let lost = Failure(.inputOutput, "nobody reads this")
        var run = TrainingRun(options())
        run.onEvent = { if case .epoch = $0 { throw lost } }
        #expect(throws: lost) { try run.train(on: world) }
        var missing = options()
        missing.data = "/nowhere"
        #expect(throws: Failure.self) { try TrainingRun(missing).train(on: world) }
        let usage = Failure(.usage, "not like this")
        #expect(throws: usage) { try TrainingRun(.new { _ in throw usage }).train(on: world) }
    }

    /// Weights that were trained as another network, as their file says, or that it says something unheard-of of.
    @Test func tellsOtherNetworksWeights() throws {
        try Folder.withTemporary("weights") { folder in
            let path = folder + "/run/model.safetensors"
            var options = options(epochs: 1)
            options.network = Network(
                options.topology, hidden: .init(.init(named: "relu")!),
                head: Head(.init(named: "softmax")!, .crossEntropy))
            options.learningRate = 0.1
            var run = TrainingRun(options)
            run.destination = .folder(folder + "/run")
            try run.train(on: world)
            options.weights = path
            #expect(try warnings(options) == [])
            let file = try Safetensors.read(path)
            let text = try #require(file.metadata["frontprop"]?.replacing("relu", with: "rely"))
            try Safetensors(tensors: file.tensors, metadata: ["frontprop": text]).write(to: path)
            let unknown = try warnings(options)
            #expect(unknown.count == 1 && unknown[0].contains("'rely' is not one of"), "\(unknown)")
            try file.write(to: path)
            options.network = Network(options.topology)
            let other = try warnings(options)
            try #require(other.count == 1)
            let words = [
                path, "--activation relu, --loss cross-entropy, --output-activation softmax; this run has",
                "--loss mse",
            ]
            #expect(words.allSatisfy { other[0].contains($0) }, "\(other)")
        }
    }

    /// What is told of the weights that a run begins with.
    private func warnings(_ options: Configuration) throws -> [String] {
        var run = TrainingRun(options)
        run.threads = 1
        var told: [String] = []
        run.onWarning = { told.append($0) }
        try run.train(on: world)
        return told.filter { $0.contains("safetensors") }
    }

    @Test func measuresWhatItTrained() throws {
        try Folder.withTemporary("library") { folder in
            var run = TrainingRun(options())
            run.destination = .folder(folder + "/run")
            let outcome = try run.train(on: world)
            var found: EvaluationResult?
            try ModelUse.evaluate(on: world, threads: 2) {
                ModelUse(try SavedModel(folder + "/run"))
            } tell: {
                found = $0
            }
            #expect(found?.testLoss == outcome.end.testLoss && found?.weightsSHA256 == outcome.end.weightsSHA256)
        }
    }
}
