import ArgumentParser
import Datasets
import Foundation
import NeuralNetwork
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
        for (name, limit) in [("--train-limit", trainLimit), ("--test-limit", testLimit)] {
            if let limit, limit < 1 { throw ValidationError("\(name) must be at least 1, not \(limit).") }
        }
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
        switch name {
        case "synthetic":
            SyntheticDigits(seed: 1).dataset(
                trainCount: trainLimit ?? SyntheticDigits.trainCount,
                testCount: testLimit ?? SyntheticDigits.testCount)
        case "mnist": limited(try Dataset.load(directory: DataFolders.mnist))
        default: limited(try Dataset.load(directory: name))
        }
    }

    private func limited(_ dataset: Dataset) -> Dataset {
        Dataset(
            name: dataset.name, train: dataset.train.prefix(trainLimit ?? dataset.train.count),
            test: dataset.test.prefix(testLimit ?? dataset.test.count))
    }
}

/// Where fetched datasets are kept.
enum DataFolders {
    /// `$FRONTPROP_DATA/mnist`, or `mnist` in the user's cache folder.
    static var mnist: String {
        let variables = ProcessInfo.processInfo.environment
        if let folder = variables["FRONTPROP_DATA"] { return folder + "/mnist" }
        let cache = variables["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return cache + "/frontprop/mnist"
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
