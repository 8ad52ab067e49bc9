import Networks

extension Trainer {
    /// How little a loss moves that does not move: rounding, and no more.
    private static var leastMove: Double { 1e-6 }

    /// Why the run may not have learned what it could, though it ended as it should, and what to try; nil where nothing
    /// speaks for that. For the first rank, after all workers have ended.
    ///
    /// The same on any layout: it looks at samples that are spread over the training set, at most a block of them.
    func warningAtEnd() -> String? {
        guard let last = history.last else { return nil }
        let count = min(EvaluationSets.blockSize, dataset.train.count)
        let samples = (0..<count).map { UInt32($0 * dataset.train.count / count) }
        let evaluator = Evaluator<Scalar>(configuration.network, samples: dataset.train.unweighted, capacity: count)
        let found = samples.withUnsafeBufferPointer { evaluator.saturation($0, parameters: run.weights) }
        guard found.isPoor else { return nil }
        let rate = configuration.learningRate
        if !found.layers.isEmpty {
            let names = found.layers.map { $0 == topology.depth ? "the output layer" : "layer \($0)" }
            return
                "all units of \(names.joined(separator: " and ")) sit at their limits for all of \(count) training samples: "
                + "their gradients are zero, and the run learns nothing more (loss \(last.scores.trainLoss)); try a smaller "
                + "--learning-rate than \(rate), or another --seed"
        }
        guard let first = history.first, last.epoch > first.epoch,
            abs(last.scores.trainLoss - first.scores.trainLoss) <= Self.leastMove * abs(first.scores.trainLoss)
        else { return nil }
        return
            "the training loss has not moved since epoch \(first.epoch): it is \(last.scores.trainLoss); try another "
            + "--learning-rate than \(rate), or another --seed"
    }
}
