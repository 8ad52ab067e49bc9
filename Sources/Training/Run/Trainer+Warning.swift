import Networks
import Storage

extension EpochHistory {
    /// How little a loss moves that does not move: rounding, and no more.
    private static var leastMove: Double { 1e-6 }
    /// Less than an epoch takes off the loss of a run that learns.
    private static var leastFall: Double { 1e-3 }

    /// Whether the loss is what it was after the first epoch.
    var standsStill: Bool {
        guard let first, let last, last.epoch > first.epoch else { return false }
        return abs(last.loss - first.loss) <= Self.leastMove * abs(first.loss)
    }

    /// Whether the loss has not fallen since the first epoch; or has not in the last.
    var hasNotFallen: (sinceFirst: Bool, inLast: Bool) {
        func hasNot(_ before: (epoch: Int, loss: Double)?) -> Bool {
            guard let before, let last, last.epoch > before.epoch else { return false }
            return last.loss >= before.loss - Self.leastFall * abs(before.loss)
        }
        return (hasNot(first), hasNot(previous))
    }
}

extension Trainer {
    /// Fewer steps tell nothing.
    private static var fewestSteps: Int { 20 }
    /// A loss that is worse by this than that of the best constant outputs is not on its way from there.
    private static var clearlyWorse: Double { 1.05 }

    /// Why the run may not learn, and what to try, as early as it is known; nil where nothing speaks for that. For the first
    /// rank, between two epochs: it looks after epochs 2, 4, 8, …, where the loss has not fallen.
    func warningUnderWay() -> String? {
        guard history.count >= 2, history.count.nonzeroBitCount == 1,
            history.count * schedule.minibatchCount >= Self.fewestSteps
        else { return nil }
        let hasNotFallen = history.hasNotFallen
        guard hasNotFallen.inLast, let (found, count) = look(), found.isPoor else { return nil }
        return saturationWarning(found, of: count) ?? stillnessWarning()
            ?? (hasNotFallen.sinceFirst && found.loss > Self.clearlyWorse * found.constantLoss ? riseWarning() : nil)
    }

    /// Why the run may not have learned what it could, though it ended as it should, and what to try; nil where nothing
    /// speaks for that. For the first rank, after all workers have ended.
    func warningAtEnd() -> String? {
        guard let (found, count) = look(), found.isPoor else { return nil }
        return toldUnderWay ?? saturationWarning(found, of: count) ?? stillnessWarning()
    }

    /// Looks at samples that are spread over the training set, at most a block of them: the same on any layout. nil before the
    /// first epoch's end.
    private func look() -> (Saturation, of: Int)? {
        guard history.count > 0 else { return nil }
        let count = min(EvaluationSets.blockSize, dataset.train.count)
        let samples = (0..<count).map { UInt32($0 * dataset.train.count / count) }
        let evaluator = Evaluator<Scalar>(configuration.network, samples: dataset.train.unweighted, capacity: count)
        return (samples.withUnsafeBufferPointer { evaluator.saturation($0, parameters: run.weights) }, count)
    }

    private func saturationWarning(_ found: Saturation, of count: Int) -> String? {
        guard !found.layers.isEmpty, let last = history.last else { return nil }
        let names = found.layers.map { $0 == topology.depth ? "the output layer" : "layer \($0)" }
        return
            "all units of \(names.joined(separator: " and ")) sit at their limits for \(counted(count, "training sample")): "
            + "their gradients are zero, and the run learns nothing more (loss \(last.loss)); \(smallerRate)"
    }

    private func stillnessWarning() -> String? {
        guard history.standsStill, let first = history.first, let last = history.last else { return nil }
        return
            "the training loss has not moved since epoch \(first.epoch): it is \(last.loss); "
            + otherRate
    }

    private func riseWarning() -> String? {
        guard let first = history.first, let last = history.last else { return nil }
        let falls = last.loss < first.loss
        // A loss that falls, but by next to nothing, wants larger steps.
        let advice = falls && rate < usualRate ? largerRate : smallerRate
        return
            "the training loss has \(falls ? "hardly" : "not") fallen since epoch \(first.epoch): it was \(first.loss) and is "
            + "\(last.loss), worse than that of the same outputs for all samples; \(advice)"
    }

    // MARK: What to try

    /// 0 where steps are not of minibatches.
    private var rate: Double { configuration.learningRate ?? 0 }

    /// The rate that most such runs begin with.
    private var usualRate: Double {
        guard configuration.optimizer == .sgd else { return configuration.optimizer.defaults.learningRate ?? 0 }
        let isArticle = configuration.activation == HiddenActivations(.sigmoid) && configuration.loss == .mse
        return (isArticle ? Recipe.article : .modern).options(of: .sgd).learningRate ?? 0
    }

    private var smallerRate: String {
        rateAdvice("smaller", usualRate < rate ? usualRate : rate / 10)
    }

    private var largerRate: String { rateAdvice("larger", usualRate) }

    private var otherRate: String { rateAdvice("another", usualRate) }

    private func rateAdvice(_ which: String, _ value: Double) -> String {
        guard descent != nil else { return "try another --seed, or other layers" }
        return
            "try \(which == "another" ? "" : "a ")\(which) --learning-rate than \(rate), such as \(value), or another --seed"
    }
}
