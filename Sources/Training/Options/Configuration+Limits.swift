import Datasets
import Kernels
import Networks
import Resources

/// What every number may be, and what goes together; the same for the command line and for records that are read back.
extension Configuration {
    /// As many samples as a set or a minibatch can have.
    public static let mostSamples = Int(Int32.max)
    /// Epochs, rounds, and what counts them; products of two fit an `Int`.
    public static let mostTurns = 1 << 30

    /// Why this cannot be a run: the first option that is out of its limits, or that does not go with another, named as
    /// on the command line; nil where there is none.
    public var fault: String? {
        countFault ?? rateFault ?? warmupFault(minibatches: nil) ?? optimizer.fault(in: optimizerOptions) ?? targetFault
            ?? tableFault ?? networkFault ?? dropoutFault ?? geneticFault ?? wholeSetFault
    }

    private var countFault: String? {
        let isExact = reduction == .exact
        return Self.fault([
            ("--epochs", epochs, 0...1 << 31), ("--batch-size", batchSize, 1...Self.mostSamples),
            ("--train-limit", trainLimit, 1...Self.mostSamples), ("--test-limit", testLimit, 1...Self.mostSamples),
            // With allreduce they are the workers.
            ("--slices", slices, 1...(isExact ? Slicing.most : Int(Int32.max))),
            ("--checkpoint-every", checkpointEvery.count, 1...Self.mostTurns),
            ("--warmup", warmup?.count, 1...Self.mostTurns),
            ("--patience", patience, 1...Self.mostTurns), ("--history", self.history, 1...LBFGS.mostHistory),
        ])
    }

    /// Any finite number is a rate; one that the precision does not hold is none.
    private var rateFault: String? {
        let most = precision.largest
        for option in OptimizerOptions.list {
            guard let value = option.value(optimizerOptions), !(abs(value) <= most) else { continue }
            return "\(option.name) must be a finite number of \(precision), at most \(most) either way, not \(value)"
        }
        for (name, value) in [("--clip-norm", clipNorm), ("--loss-scale", lossScale)] {
            guard let value, !(value > 0 && value <= most) else { continue }
            return "\(name) must be above 0 and at most \(most), not \(value)"
        }
        return nil
    }

    /// Of a run of no epochs any warm-up is one. The steps of an epoch are known with the samples: nil before.
    private func warmupFault(minibatches: Int?) -> String? {
        guard let warmup, epochs > 0 else { return nil }
        switch warmup {
        case .epochs(let count) where count > epochs:
            return "--warmup \(warmup) is longer than the run, which has \(epochs) epochs"
        case .steps(let count) where count > minibatches.map({ $0 * epochs }) ?? .max:
            return "--warmup \(warmup) is longer than the run, which has \(epochs) epochs of \(minibatches!) steps"
        default: return nil
        }
    }

    private var targetFault: String? {
        if target == .numbers, targets == nil, !isTable {
            return "--target numbers needs --targets, or --data of a table: \(TableFile.suffixes)"
        }
        guard target == .inputs, topology.inputCount != topology.outputCount else { return nil }
        return "--target inputs needs a network with an output for each input, \(topology) is none"
    }

    /// Why there is no `network`.
    public var networkFault: String? {
        if let fault = activation.fault(layers: topology.depth - 1) { return "--activation \(activation) \(fault)" }
        guard loss.takes(outputActivation) else {
            return
                "--loss \(loss) goes with --output-activation \(loss.activations.map(\.name).joined(separator: ", ")), "
                + "not with \(outputActivation)"
        }
        guard loss.takes(outputActivation, target.target) else {
            return "--loss \(loss) of \(outputActivation) outputs does not go with --target \(target.rawValue)"
        }
        return nil
    }

    private var dropoutFault: String? {
        guard let dropout else { return nil }
        if let fault = Self.dropoutFault(dropout) { return fault }
        if dropout > 0, topology.depth < 2 { return "--dropout leaves out hidden units, \(topology) has none" }
        return optimizer == .genetic ? "--dropout goes with gradients, not with --optimizer genetic" : nil
    }

    /// Why this is no share of units to leave out; nil where it is, or none is given.
    public static func dropoutFault(_ rate: Double?) -> String? {
        guard let rate, !(rate >= 0 && rate < 1) else { return nil }
        return "--dropout must be at least 0 and below 1, not \(rate)"
    }

    private var geneticFault: String? {
        switch (optimizer, genetic) {
        case (.genetic, nil): "--optimizer genetic needs the options of its search"
        case (.genetic, _?) where patience != nil: "--patience goes with gradients, not with --optimizer genetic"
        case (.genetic, let options?): options.fault
        case (_, nil): nil
        case (_, _): "the options of a genetic search go with --optimizer genetic, not with \(optimizer.rawValue)"
        }
    }

    private var wholeSetFault: String? {
        guard let type = optimizer.ofWholeSet else { return nil }
        let others = [
            ("--batch-size", batchSize < Self.mostSamples && !type.takesMinibatches), ("--clip-norm", clipNorm != nil),
            ("--schedule", schedule != .constant), ("--warmup", warmup != nil), ("--dropout", (dropout ?? 0) > 0),
            ("--loss-scale", lossScale != nil), ("--reduction allreduce", reduction == .allreduce),
        ]
        if let (option, _) = others.first(where: { $0.1 }) {
            return
                "\(option) goes with steps of minibatches, not with --optimizer \(optimizer.rawValue), whose steps are of the "
                + "whole set"
        }
        if optimizer == .lm, !network.head.hasCurvature {
            return "--optimizer lm goes with a loss that is curved: \(Head.curvedLosses), not with \(loss)"
        }
        return type.needsDouble && precision != .float64
            ? "--optimizer \(optimizer.rawValue) needs --precision float64: what it solves has a condition that \(precision) has "
                + "too few digits for" : nil
    }

    /// Why this cannot be a run of `samples` samples, with others to decide by or without, on `workers` workers: patience with
    /// nothing to go by, a warm-up that does not end in it, or too little memory or time; nil where it can.
    public func refusal(samples: Int, hasValidation: Bool = false, workers: Int) -> String? {
        if patience != nil, !hasValidation { return "--patience needs a validation set: give --validation" }
        if let fault = warmupFault(minibatches: (samples - 1) / batchSize + 1) { return fault }
        let memory = Double(Memory.bytes)
        if let refusal = genetic?.refusal(topology: topology, precision: precision, memoryBytes: memory) {
            return refusal
        }
        if optimizer == .lm {
            let cost = curvatureCost(samples: samples)
            // One copy, however many work on it.
            let refusal = cost.refusal(
                of: "an iteration of --optimizer lm on \(topology)", workers: 1, memoryBytes: memory)
            if let refusal { return refusal + "; --optimizer lbfgs takes some gradients" }
        }
        func refusal<Scalar: Real>(_: Scalar.Type) -> String? {
            gradient.refusal(
                topology: topology, samples: samples * epochs, workers: workers, memoryBytes: memory, as: Scalar.self)
        }
        return precision == .float32 ? refusal(Float.self) : refusal(Double.self)
    }

    /// The first of `counts` that is not in its range.
    public static func fault(_ counts: [(name: String, value: Int?, range: ClosedRange<Int>)]) -> String? {
        for (name, value, range) in counts {
            guard let value, !range.contains(value) else { continue }
            return "\(name) must be at least \(range.lowerBound) and at most \(range.upperBound), not \(value)"
        }
        return nil
    }
}

extension GeneticOptions {
    /// The most individuals of a population.
    public static let mostIndividuals = 1 << 16

    /// As `Configuration.fault`.
    var fault: String? {
        guard (2...Self.mostIndividuals).contains(population), population % 2 == 0 else {
            return "--population must be an even number from 2 to \(Self.mostIndividuals), not \(population)"
        }
        let counts = Configuration.fault([
            ("--rounds", rounds, 1...Configuration.mostTurns),
            ("--fitness-samples", fitnessSamples, 1...Configuration.mostTurns),
            ("--evaluate-every", evaluateEvery, 1...Configuration.mostTurns),
        ])
        if let counts { return counts }
        guard mutationScale > 0, mutationScale <= 1e6 else {
            return "--mutation-scale must be above 0 and at most 1e6, not \(mutationScale)"
        }
        for (name, chance) in [("--crossover", crossover), ("--mutation", mutation)] {
            switch (operators, chance) {
            case (.article, nil): return "--operators article needs \(name)"
            case (.article, let chance?) where !(0...1).contains(chance):
                return "\(name) must be a chance, from 0 to 1, not \(chance)"
            case (.snes, _?): return "\(name) goes with --operators article, not with snes"
            default: continue
            }
        }
        return nil
    }
}
