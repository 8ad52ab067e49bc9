import ArgumentParser
import Cluster
import Datasets
import Foundation
import Networks
import Resources
import Storage
import Training

extension GradientMethod: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Reduction: ExpressibleByArgument {}
extension Initializer: ExpressibleByArgument {}

/// Which samples, and how many.
struct DataOptions: ParsableArguments {
    @Option(help: "synthetic, mnist, or a folder with the four IDX files, plain or .gz.")
    var data = "synthetic"

    @Option(help: "Use the first N training samples.")
    var trainLimit: Int?

    @Option(help: "Use the first N test samples.")
    var testLimit: Int?

    func validate() throws {
        try requireLimits([("--train-limit", trainLimit, samplesRange), ("--test-limit", testLimit, samplesRange)])
    }

    var source: DataSource { DataSource(name: data, trainLimit: trainLimit, testLimit: testLimit) }
}

/// Samples by the name that the command line has for them.
struct DataSource {
    let name: String
    let trainLimit: Int?
    let testLimit: Int?

    /// The samples; for the first rank alone.
    func load() throws -> Dataset {
        guard let folder else {
            return try synthetic(
                seed: 1, trainCount: trainLimit ?? SyntheticDigits.trainCount,
                testCount: testLimit ?? SyntheticDigits.testCount)
        }
        return try Dataset.load(directory: folder).prefix(train: trainLimit, test: testLimit)
    }

    /// One of the two sets alone, without labels where they are not there; for the first rank alone.
    func load(_ part: Dataset.Part) throws -> ImageSet {
        guard let folder else { return try load()[part] }
        let images = try Dataset.load(part, directory: folder, needsLabels: false)
        return images.prefix((part == .train ? trainLimit : testLimit) ?? images.count)
    }

    /// Where the samples' files are; nil where they are generated.
    private var folder: String? {
        switch name {
        case "synthetic": nil
        case "mnist": DataFolders.mnist
        default: name
        }
    }

    /// `name` as it means the same wherever the program runs: a folder's path from the root.
    static func resolved(_ name: String) -> String {
        guard !["synthetic", "mnist"].contains(name), !name.hasPrefix("/") else { return name }
        let current = FileManager.default.currentDirectoryPath
        return current.isEmpty ? name : current + "/" + name
    }
}

/// Synthetic digits, as many as there is memory for.
///
/// - Throws: `.internalError` where there is too little.
func synthetic(seed: UInt64, trainCount: Int, testCount: Int) throws -> Dataset {
    let bytes = (trainCount + testCount) * (SyntheticDigits.rows * SyntheticDigits.columns + 1)
    try requireMemory(bytes, for: "\(trainCount) + \(testCount) synthetic digits")
    return SyntheticDigits(seed: seed).dataset(trainCount: trainCount, testCount: testCount)
}

// MARK: Limits

/// How many samples a set can have, threads a rank, and slices a minibatch.
let samplesRange = 1...Configuration.mostSamples
let threadsRange = 1...1024
let slicesRange = 1...Configuration.mostSlices

/// Refuses numbers that are out of their limits; nil is none.
func requireLimits(_ numbers: [(name: String, value: Int?, range: ClosedRange<Int>)]) throws {
    if let fault = Configuration.fault(numbers) { throw ValidationError(fault + ".") }
}

/// Refuses what takes more memory than there is.
///
/// - Throws: `.internalError` with what it takes.
func requireMemory(_ bytes: Int, for what: String) throws {
    guard let shortage = Memory.shortage(of: bytes) else { return }
    throw Failure(
        .internalError, "no memory for \(what), which take \(GradientCost.size(Double(bytes))): \(shortage)")
}

/// Where fetched datasets are kept.
enum DataFolders {
    /// `$FRONTPROP_DATA/mnist`, or `mnist` in the user's cache folder. A variable that is empty is as one that is not set.
    static var mnist: String {
        if let folder = variable("FRONTPROP_DATA") { return folder + "/mnist" }
        let cache = variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? NSHomeDirectory()) + "/.cache"
        return cache + "/frontprop/mnist"
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The network's sizes, from an option.
func parseTopology(_ text: String) throws -> Topology {
    guard let topology = Topology(text) else {
        throw ValidationError(
            "'\(text)' is not a network: expected classifier, autoencoder, or sizes such as 784x16x16x10.")
    }
    return topology
}
