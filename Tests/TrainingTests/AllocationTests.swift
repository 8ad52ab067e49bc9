import CAllocations
import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Testing

@testable import Training

/// A step finds all its memory there: an allocation takes a lock, and workers that step together would meet at it.
@Suite(.enabled(if: ca_can_count() == 1, "malloc cannot be counted here")) struct AllocationTests {
    @Test(arguments: [GradientMethod.frontprop, .backprop], ["784x16x16x10", "784x20x784", "784x40x40x40x40x10"])
    func aStepAllocatesNothing(_ method: GradientMethod, _ model: String) throws {
        try check(method, model, "sgd", Float.self)
        try check(method, model, "sgd", Double.self)
    }

    @Test(arguments: Optimizer.allCases.filter(\.isOfMinibatches)) func norOfAnyOptimizer(_ optimizer: Optimizer) throws
    {
        try check(.frontprop, "784x16x16x10", optimizer.rawValue, Float.self)
        try check(.frontprop, "784x16x16x10", optimizer.rawValue, Double.self)
    }

    @Test(arguments: [GradientMethod.frontprop, .backprop], ["784x16x16x10", "784x20x784"])
    func norOfWeightedRows(_ method: GradientMethod, _ model: String) throws {
        try check(method, model, "sgd", Float.self, weighted: true)
    }

    @Test(arguments: [GradientMethod.frontprop, .backprop]) func norOfDropout(_ method: GradientMethod) throws {
        try check(method, "784x16x16x10", "sgd", Float.self, dropout: 0.5)
        try check(method, "784x20x784", "sgd", Double.self, dropout: 0.5)
    }

    @Test func norOfASchedule() throws {
        for text in Schedule.forms.map({ $0.replacing("EPOCHS", with: "1").replacing("FACTOR", with: "0.5") }) {
            try check(.frontprop, "784x16x16x10", "adamw", Float.self) {
                $0.schedule = try #require(Schedule(text))
                ($0.clipNorm, $0.warmup) = (0.01, .steps(7))
            }
        }
    }

    /// That the best weights are kept is no step's business.
    @Test func norOfPatience() throws {
        try check(.frontprop, "784x16x16x10", "adam", Float.self, heldOut: 0.25) { $0.patience = 1 }
    }

    private func check<Scalar: Real & Datatype>(
        _ method: GradientMethod, _ model: String, _ optimizer: String, _: Scalar.Type, weighted: Bool = false,
        dropout: Double? = nil, heldOut: Double? = nil,
        change: (inout Configuration) throws -> Void = { _ in }
    ) throws {
        let steps = 6
        let count = Int(Double(64 * steps) / (1 - (heldOut ?? 0)))
        let digits = SyntheticDigits(seed: 1).dataset(trainCount: count, testCount: 10)
        let weights = RowWeights(name: "weights", values: (1...count).map(Double.init))
        var tables: any SampleTables = weighted ? try WeightedTables(digits, weights, rows: count) : digits
        if let heldOut { tables = try HeldOutTables(tables, share: heldOut, seed: 1) }
        var configuration = Configuration()
        configuration.topology = try #require(Topology(model))
        configuration.target = model.hasSuffix("784") ? .inputs : .labels
        configuration.batchSize = 64
        configuration.epochs = 2
        configuration.slices = 8
        configuration.dropout = dropout
        configuration.gradient = method
        configuration.optimizer = try #require(Optimizer(rawValue: optimizer))
        configuration.optimizerOptions = configuration.optimizer.defaults
        try change(&configuration)
        let processes = try Processes(Environment.start().world)
        let counts = Counts(capacity: 2 * steps)
        var surroundings = RunSurroundings()
        surroundings.progress = { _ in counts.add(ca_allocation_count()) }
        let run = try Run<Scalar>(
            processes: processes, team: try Team(processes: processes, reduction: .exact, threads: 1),
            configuration: configuration,
            dataset: try NodeDataset(
                processes: processes, network: configuration.network,
                target: configuration.target == .inputs ? .inputs : .labels, load: { [tables] in tables }),
            surroundings: surroundings)
        _ = try Trainer(run).train()
        // The second epoch's: what is made once has been made.
        #expect(counts.values.count == 2 * steps)
        let ofSteps = zip(counts.values.dropFirst(steps), counts.values.dropFirst(steps + 1)).map { $1 - $0 }
        #expect(ofSteps == Array(repeating: 0, count: steps - 1), "\(model), \(Scalar.self)")
    }

    /// Counts noted without allocating.
    private final class Counts: @unchecked Sendable {
        private(set) var values: [Int] = []

        init(capacity: Int) { values.reserveCapacity(capacity) }

        func add(_ count: Int) { values.append(count) }
    }
}
