import ArgumentParser
import Kernels
import Networks
import RandomNumbers
import Resources
import Storage

struct GradientCheckCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "gradcheck",
        abstract: "Compare the gradient engines with each other and with central differences, in float64.",
        discussion: "Exit code 1 when some engines differ by more than the limit.")

    @Option(help: "The network's sizes, such as 5x4x3x2 [random].")
    var topology: String?
    @Option(help: "How many random topologies, when none is given.")
    var random = 3
    @Option(help: "Seed of weights, samples and random topologies.")
    var seed: UInt64 = 1
    @Option(help: "Samples of the gradient.")
    var samples = 3
    @Option(help: "kaiming: U(±1/√fan_in); normal: N(0,1)/√fan_in.")
    var initializer = Initializer.kaiming

    func validate() throws {
        if let topology { _ = try parseTopology(topology) }
        try requireLimits([("--random", random, 1...1000), ("--samples", samples, 1...1_000_000)])
    }

    func runOnFirstRank() throws {
        let topologies = try topology.map { [try parseTopology($0)] } ?? (0..<random).map(randomTopology)
        for topology in topologies {
            let memory = Double(Memory.bytes)
            if let refusal = GradientCheck.refusal(topology: topology, samples: samples, memoryBytes: memory) {
                throw Failure(.usage, refusal)
            }
        }
        var passed = true
        for topology in topologies {
            let problem = GradientProblem(
                topology: topology, seed: seed, sampleCount: samples, initializer: initializer)
            let engines = GradientMethod.allCases.map { method in
                (
                    name: method.rawValue,
                    engine: method.makeEngine(
                        topology: topology, samples: problem.samples, capacity: samples, as: Double.self)
                )
            }
            let check = GradientCheck(problem, engines: engines)
            try Console.print(check)
            passed = passed && check.passed
        }
        if !passed { throw ExitCode(1) }
    }

    /// Two to six layers of one to eight units.
    private func randomTopology(_ index: Int) -> Topology {
        var numbers = PhiloxSequence(Philox(seed: seed, purpose: .check, stream: UInt32(index)))
        let layers = Int.random(in: 2...6, using: &numbers)
        return Topology(sizes: (0..<layers).map { _ in Int.random(in: 1...8, using: &numbers) })!
    }
}
