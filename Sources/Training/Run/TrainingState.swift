/// What a checkpoint holds beside the tensors.
public struct TrainingState: Sendable, Codable {
    /// What the run is: a checkpoint of another is not taken for one's own.
    public var options: Configuration
    /// Of the samples.
    public var dataChecksum: String
    public var position: Position
    /// What the state was computed with: see `Numerics`.
    public var numerics: Int? = Numerics.version
    /// Of a run with patience, after its first epoch; the tensors of its weights are called `best`.
    public var best: BestEpoch?
    /// Of a genetic search, whose rounds are the position's steps.
    var search: SearchRecord?
    /// Of an optimiser of whole sets.
    var solver: SolverState?
}

/// A population between two rounds, but for its networks.
struct SearchRecord: Sendable, Codable {
    /// By slot; only those of kept slots mean anything.
    var losses: [Double]
    /// A permutation of the slots.
    var order: [Int64]
}

extension TrainingState {
    /// Why the run `options`, on the samples of `dataChecksum`, cannot go on from here; nil where it can.
    ///
    /// - Parameter minibatches: of an epoch.
    public func fault(in options: Configuration, dataChecksum: String, minibatches: Int) -> String? {
        identityFault(options, dataChecksum)
            ?? (options.genetic.map(searchFault) ?? descentFault(options, minibatches)) ?? timeFault
    }

    /// As `fault`, of what the run is alone, not of the place: what can be told before the samples are read.
    public func identityFault(_ options: Configuration, _ dataChecksum: String) -> String? {
        let differences: [(option: String, value: String, other: String)]
        do { differences = try self.options.differences(from: options) } catch { return "\(error)" }
        // How often a run is saved is no part of what it comes to, nor is the number of workers of a plain sum.
        let free = Configuration.freeOptions.union(["--checkpoint-every"])
            .union(options.reduction == .allreduce ? ["--slices"] : [])
        if let found = differences.first(where: { !free.contains($0.option) }) {
            return "it is of another run, or config.json was edited: made with \(found.option) \(found.value), "
                + "expected \(found.other)"
        }
        guard numerics == Numerics.version else {
            return "it is of numerics \(numerics ?? 1), expected \(Numerics.version)"
        }
        guard self.dataChecksum == dataChecksum else {
            return "it is of another run: made on samples of checksum \(self.dataChecksum), expected \(dataChecksum)"
        }
        return nil
    }

    private func descentFault(_ options: Configuration, _ minibatches: Int) -> String? {
        guard search == nil else { return "it holds a population, which gradient descent has none of" }
        // After an epoch's last step, too: a signal may come before its end.
        let steps = 0...(position.epoch == options.epochs + 1 ? 0 : minibatches)
        guard (1...options.epochs + 1).contains(position.epoch), steps.contains(position.step) else {
            return "expected a position in \(options.epochs) epochs of \(minibatches) steps, found epoch "
                + "\(position.epoch), step \(position.step)"
        }
        guard (solver == nil) == options.optimizer.isOfMinibatches else {
            return "\(solver == nil ? "it lacks" : "it holds") the state of an optimiser of whole sets"
        }
        if let fault = solver?.fault(most: options.optimizerOptions) { return fault }
        return bestFault(options)
    }

    private func bestFault(_ options: Configuration) -> String? {
        guard options.patience != nil else {
            return best == nil ? nil : "it holds a best epoch, which is of a run with --patience"
        }
        let number = best?.epoch ?? 0
        let isThere = (position.epoch == 1 ? 0...0 : 1...position.epoch - 1).contains(number)
        guard isThere, best?.validationLoss.isFinite != false else {
            return "expected the best of the epochs before epoch \(position.epoch), found epoch \(number)"
        }
        return nil
    }

    private func searchFault(_ options: GeneticOptions) -> String? {
        guard let search else { return "it holds no population, which a genetic search goes on from" }
        guard position.epoch == 1, (1...options.rounds).contains(position.step) else {
            return "expected a position in \(options.rounds) rounds, found round \(position.step)"
        }
        let count = options.slotCount
        guard search.losses.count == count, search.order.sorted().elementsEqual(0..<Int64(count)) else {
            return "expected the losses of \(count) networks, and each once in their order"
        }
        return nil
    }

    private var timeFault: String? {
        let longest = 1e15
        guard (0...longest).contains(position.epochSeconds), (0...longest).contains(position.trainSeconds) else {
            return "expected seconds of training, found \(position.epochSeconds) and \(position.trainSeconds)"
        }
        return nil
    }
}
