import ArgumentParser
import Datasets
import Frontprop
import Networks
import Storage
import Training

/// What is learned.
struct WhatOptions: TitledOptions {
    static let title = "What"
    static let example = "train --data mnist --train-limit 10000"

    @Option(help: "synthetic, mnist, or a folder with the four IDX files, plain or .gz (default: synthetic).")
    var data: String?
    @Option(
        help:
            "labels: an output for each class; inputs: an autoencoder (default: labels; of --model autoencoder: inputs)."
    )
    var target: Configuration.TargetName?
    @Option(help: .hidden)
    var targets: String?
    @Option(help: .hidden)
    var rowWeights: String?
    @Option(help: "Use the first N training samples.")
    var trainLimit: Int?
    @Option(help: "Use the first N test samples.")
    var testLimit: Int?

    static var settings: [Setting<Self>] {
        [
            Setting("--data", \.resolvedData, \.data), Setting("--targets", \.resolvedTargets, \.targets),
            Setting("--row-weights", \.resolvedRowWeights, \.rowWeights),
            Setting("--target", \.target, \.target), Setting("--train-limit", \.trainLimit, \.trainLimit),
            Setting("--test-limit", \.testLimit, \.testLimit),
        ]
    }

    private var resolvedData: String? { data.map(DataSource.resolved) }
    private var resolvedTargets: String? { targets.map(DataSource.resolved) }
    private var resolvedRowWeights: String? { rowWeights.map(DataSource.resolved) }

    /// What the file of `--targets` makes the outputs stand for; nil where there is none.
    ///
    /// - Throws: `.usage` where that is not what `--target` says, and as `NumPyArray.holdsIntegers`.
    func targetOfFile() throws -> Configuration.TargetName? {
        guard let targets else { return nil }
        let found: Configuration.TargetName = try NumPyArray.holdsIntegers(path: targets) ? .labels : .numbers
        guard target != .labels || found == .labels else {
            throw Failure(.usage, "--target labels: \(targets) holds no integers")
        }
        return found
    }
}
