import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// What a network does on all sets, shared out over all workers by blocks of a fixed size, so that the bits of the result do
/// not depend on the layout.
final class Evaluation<Scalar: Real & Datatype> {
    private let worker: Worker
    private let state: SharedState<Scalar>
    private let sets: EvaluationSets
    private let lossScale: Double
    private let evaluators: [Evaluator<Scalar>]
    /// Whether the outputs are probabilities, or parts of some.
    private let hasChances: Bool
    /// By set: see `EvaluationSets.spread`.
    private lazy var spreads = sets.parts.map(sets.spread)
    /// Whether the last measurement was `inFull`.
    private var isFull = false

    init(
        _ worker: Worker, of network: Network, on sets: EvaluationSets, lossScale: Double?,
        in state: SharedState<Scalar>
    ) {
        self.worker = worker
        self.state = state
        self.sets = sets
        self.lossScale = lossScale ?? 1
        hasChances = [Activation.softmax, .sigmoid].contains(network.head.activation)
        evaluators = sets.parts.map { part in
            Evaluator(
                network, samples: part.samples, capacity: min(EvaluationSets.blockSize, part.samples.count))
        }
    }

    /// Scores this worker's blocks; returns when the whole team is done.
    ///
    /// - Parameter inFull: whether classes are told apart: in what is worth a number after every epoch they are not.
    func measure(inFull: Bool) {
        isFull = inFull
        for block in worker.share(of: sets.blockCount) {
            state.blockScores(block).update(repeating: 0, count: sets.blockWidth)
            state.blockCorrect[block] = 0
        }
        state.classCounts(worker.index).update(repeating: 0, count: sets.countWidth)
        worker.team.wait()
        let share = worker.globalShare(of: sets.blockCount)
        for (index, part) in sets.parts.enumerated() {
            for block in part.blocks.clamped(to: share) { measure(block, part, index) }
        }
        worker.team.wait()
    }

    private func measure(_ block: Int, _ part: EvaluationSets.Part, _ index: Int) {
        let numbers = part.samples(ofBlock: block).map(UInt32.init)
        numbers.withUnsafeBufferPointer { numbers in
            let score = evaluators[index].score(numbers, parameters: UnsafePointer(state.weights))
            let sums = state.blockScores(block)
            sums[0] = score.loss * lossScale
            state.blockCorrect[block] = Int64(score.correct)
            switch sets.target {
            case .labels where isFull:
                sums[1] = noteClasses(numbers, evaluators[index], part, counts(worker.index, index))
            case .numbers:
                noteErrors(numbers, evaluators[index], part, OutputErrors(outputs: sets.outputs, at: sums + 1))
            default: break
            }
        }
    }

    private func counts(_ worker: Int, _ part: Int) -> ClassCounts {
        ClassCounts(
            classes: sets.outputs, at: state.classCounts(worker) + part * ClassCounts.width(classes: sets.outputs))
    }

    /// Notes what the samples scored last were taken for. - Returns: the sum of their log-losses.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    private func noteClasses(
        _ numbers: UnsafeBufferPointer<UInt32>, _ evaluator: Evaluator<Scalar>, _ part: EvaluationSets.Part,
        _ counts: ClassCounts
    ) -> Double {
        let (outputs, stride) = (evaluator.outputs, evaluator.stride)
        var logLoss = 0.0
        for (index, sample) in numbers.enumerated() {
            let label = Int(part.samples.labels[Int(sample)])
            var (answer, total) = (0, 0.0)
            for output in 0..<sets.outputs {
                let value = outputs[output * stride + index]
                if value > outputs[answer * stride + index] { answer = output }
                total += Double(value)
            }
            counts.note(label: label, answer: answer)
            let chance = Double(outputs[label * stride + index]) / total
            logLoss -= Functions.log(min(max(chance, .ulpOfOne), 1 - .ulpOfOne))
        }
        return logLoss
    }

    /// Notes by how much the samples scored last were missed.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    private func noteErrors(
        _ numbers: UnsafeBufferPointer<UInt32>, _ evaluator: Evaluator<Scalar>, _ part: EvaluationSets.Part,
        _ errors: OutputErrors
    ) {
        guard let targets = part.samples.targets else { return }
        let (outputs, stride) = (evaluator.outputs, evaluator.stride)
        for output in 0..<sets.outputs {
            for (index, sample) in numbers.enumerated() {
                let found = sets.value(Double(outputs[output * stride + index]), output: output)
                let asked = sets.value(targets.number(row: Int(sample), column: output), output: output)
                errors.note(found - asked, output: output, sample: sample)
            }
        }
    }

    /// The figures of all sets; by each team's leader, once a measurement.
    ///
    /// Each block is some team's and zero in the others, so adding teams is exact; blocks are added in their order.
    func scores() throws -> SetScores {
        let width = sets.blockWidth
        let leaders = worker.team.leaders
        try leaders.allReduce(
            inPlace: UnsafeMutableBufferPointer(start: state.blockScores(0), count: sets.blockCount * width),
            operation: .sum)
        try leaders.allReduce(
            inPlace: UnsafeMutableBufferPointer(start: state.blockCorrect, count: sets.blockCount), operation: .sum)
        var scores = SetScores()
        for (index, part) in sets.parts.enumerated() { scores[part.set] = try score(part, index) }
        return scores
    }

    private func score(_ part: EvaluationSets.Part, _ index: Int) throws -> SetScore {
        let count = Double(part.samples.count)
        func mean(_ place: Int) -> Double { part.blocks.reduce(0) { $0 + state.blockScores($1)[place] } / count }
        var score = SetScore(loss: mean(0))
        switch sets.target {
        case .inputs: break
        case .labels:
            score.accuracy = Double(part.blocks.reduce(0) { $0 + Int(state.blockCorrect[$1]) }) / count
            guard isFull else { break }
            score.add(try total(index), names: sets.classes)
            score.logLoss = hasChances && mean(1).isFinite ? mean(1) : nil
        case .numbers:
            let blocks = part.blocks.map { OutputErrors(outputs: sets.outputs, at: state.blockScores($0) + 1) }
            score.add(blocks, spread: spreads[index], count: part.samples.count)
            score.largestErrorRow = score.largestErrorRow.map { sets.row(of: $0, in: part) }
        }
        return score
    }

    /// The counts of all workers, in the place of the team's first.
    private func total(_ part: Int) throws -> ClassCounts {
        let total = counts(0, part)
        for other in 1..<max(1, worker.team.workerCount) { total.add(counts(other, part)) }
        try worker.team.leaders.allReduce(inPlace: total.buffer, operation: .sum)
        return total
    }
}
