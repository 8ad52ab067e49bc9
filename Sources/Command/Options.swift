import ArgumentParser
import Cluster
import Frontprop
import Networks
import Training

extension GradientMethod: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Reduction: ExpressibleByArgument {}
extension Initializer: ExpressibleByArgument {
    /// What each draws from, for help.
    static let help = allCases.map { "\($0.rawValue): \($0.formula)" }.joined(separator: "; ")
}

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

// MARK: Limits

/// How many samples a set can have, threads a rank, and slices a minibatch.
let samplesRange = 1...Configuration.mostSamples
let threadsRange = 1...1024
let slicesRange = 1...Slicing.most

/// Refuses numbers that are out of their limits; nil is none.
func requireLimits(_ numbers: [(name: String, value: Int?, range: ClosedRange<Int>)]) throws {
    if let fault = Configuration.fault(numbers) { throw ValidationError(fault + ".") }
}

/// The network's sizes, from an option.
func parseTopology(_ text: String) throws -> Topology {
    guard let topology = Topology(text) else {
        throw ValidationError(
            "'\(text)' is not a network: expected classifier, autoencoder, or sizes such as 784x16x16x10.")
    }
    return topology
}

/// What an option's text says.
///
/// - Parameter fault: what is said of a text that says nothing.
func parsed<Value: LosslessStringConvertible>(_ text: String, fault: (String) -> String?) throws -> Value {
    guard let found = Value(text) else { throw ValidationError(fault(text) ?? text) }
    return found
}
