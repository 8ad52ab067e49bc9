import ArgumentParser
import Networks
import Resources
import Storage
import Training

struct GradientCheckCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "gradcheck",
        abstract:
            "Compare the gradient engines with each other and with central differences, in float64, and with float32.",
        discussion: """
            Every activation and every head, a line an engine; with --activation, --output-activation or --loss that network, \
            layer by layer. With --dropout all are left out the same units. Exit code 1 when some engines differ by more than the limit.
            """)

    @Option(help: "The network's sizes, such as 5x4x3x2 [random].")
    var topology: String?
    @Option(help: "How many random topologies, when none is given.")
    var random = 3
    @Option(help: "Seed of weights, samples and random topologies.")
    var seed: UInt64 = 1
    @Option(help: "Samples of the gradient.")
    var samples = 3
    @Option(help: "\(Initializer.help).")
    var initializer = Initializer.kaiming
    @OptionGroup var given: NetworkOptions

    func validate() throws {
        if let topology { _ = try parseTopology(topology) }
        if let fault = Configuration.dropoutFault(given.dropout) { throw ValidationError(fault) }
        try requireLimits([("--random", random, 1...1000), ("--samples", samples, 1...1_000_000)])
    }

    func runOnFirstRank() throws {
        let topologies =
            try topology.map { [try parseTopology($0)] } ?? (0..<random).map { Topology.random(seed: seed, stream: $0) }
        for topology in topologies {
            let memory = Double(Memory.bytes)
            if let refusal = GradientCheck.refusal(topology: topology, samples: samples, memoryBytes: memory) {
                throw Failure(.usage, refusal)
            }
        }
        var passed = true
        for topology in topologies {
            if given.given.contains(where: { $0 != "--dropout" }) {
                let check = check(try given.network(topology))
                try Console.print(check)
                passed = passed && check.passed
            } else {
                let table = GradientCheckTable(topology, Network.covering(topology).map(check))
                try Console.print(table)
                passed = passed && table.passed
            }
        }
        if !passed { throw ExitCode(1) }
    }

    private func check(_ network: Network) -> GradientCheck {
        GradientCheck(
            GradientProblem(network, seed: seed, sampleCount: samples, initializer: initializer, dropout: given.dropout)
        )
    }
}
