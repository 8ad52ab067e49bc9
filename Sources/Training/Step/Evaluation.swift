import Cluster
import Kernels
import MPI
import Networks

/// Loss and accuracy on both sets, shared out over all workers by blocks of a fixed size, so that the bits of the
/// result do not depend on the layout.
final class Evaluation<Scalar: Real & Datatype> {
    private let worker: Worker
    private let state: SharedState<Scalar>
    private let sets: EvaluationSets
    private let lossScale: Double
    private let trainEvaluator: Evaluator<Scalar>
    private let testEvaluator: Evaluator<Scalar>

    init(
        _ worker: Worker, of network: Network, on sets: EvaluationSets, lossScale: Double?,
        in state: SharedState<Scalar>
    ) {
        self.worker = worker
        self.state = state
        self.sets = sets
        self.lossScale = lossScale ?? 1
        func evaluator(_ samples: Samples) -> Evaluator<Scalar> {
            Evaluator(network, samples: samples, capacity: min(EvaluationSets.blockSize, samples.count))
        }
        trainEvaluator = evaluator(sets.train)
        testEvaluator = evaluator(sets.test)
    }

    /// Scores this worker's blocks; returns when the whole team is done.
    func measure() {
        for block in worker.share(of: sets.blockCount) {
            state.blockLosses[block] = 0
            state.blockCorrect[block] = 0
        }
        worker.team.wait()
        for block in worker.globalShare(of: sets.blockCount) {
            let score =
                block < sets.trainBlocks
                ? self.score(block, trainEvaluator, sets.train)
                : self.score(block - sets.trainBlocks, testEvaluator, sets.test)
            state.blockLosses[block] = score.loss * lossScale
            state.blockCorrect[block] = Int64(score.correct)
        }
        worker.team.wait()
    }

    private func score(_ block: Int, _ evaluator: Evaluator<Scalar>, _ samples: Samples) -> Score {
        let numbers = EvaluationSets.samples(ofBlock: block, count: samples.count).map(UInt32.init)
        return numbers.withUnsafeBufferPointer { evaluator.score($0, parameters: UnsafePointer(state.weights)) }
    }

    /// The figures of both sets; by each team's leader.
    ///
    /// Each block is some team's and zero in the others, so adding teams is exact; blocks are added in their order.
    func scores() throws -> SetScores {
        let losses = UnsafeMutableBufferPointer(start: state.blockLosses, count: sets.blockCount)
        let correct = UnsafeMutableBufferPointer(start: state.blockCorrect, count: sets.blockCount)
        try worker.team.leaders.allReduce(inPlace: losses, operation: .sum)
        try worker.team.leaders.allReduce(inPlace: correct, operation: .sum)
        func total(_ range: Range<Int>) -> Score {
            Score(
                loss: range.reduce(0) { $0 + losses[$1] }, correct: range.reduce(0) { $0 + Int(correct[$1]) })
        }
        return SetScores(train: total(0..<sets.trainBlocks), test: total(sets.trainBlocks..<sets.blockCount), of: sets)
    }
}

/// The two sets that a network is measured on, and the blocks that they are cut into.
struct EvaluationSets {
    let train: Samples
    let test: Samples

    static var blockSize: Int { 250 }

    var trainBlocks: Int { Self.blocks(train.count) }
    /// Of both, those of the training set first.
    var blockCount: Int { trainBlocks + Self.blocks(test.count) }

    /// Blocks of `count` samples.
    static func blocks(_ count: Int) -> Int { (count + blockSize - 1) / blockSize }

    /// The samples of a block, of `count`; the last may have fewer than the others.
    static func samples(ofBlock block: Int, count: Int) -> Range<Int> {
        block * blockSize..<min((block + 1) * blockSize, count)
    }
}

/// What a network was measured to do, on average over each set's samples.
struct SetScores {
    let trainLoss: Double
    let testLoss: Double
    /// nil where the target is not the label.
    let trainAccuracy: Double?
    let testAccuracy: Double?

    init(train: Score, test: Score, of sets: EvaluationSets) {
        let (trainCount, testCount) = (Double(sets.train.count), Double(sets.test.count))
        let named = sets.train.target == .labels
        trainLoss = train.loss / trainCount
        testLoss = test.loss / testCount
        trainAccuracy = named ? Double(train.correct) / trainCount : nil
        testAccuracy = named ? Double(test.correct) / testCount : nil
    }

    var areFinite: Bool { trainLoss.isFinite && testLoss.isFinite }
}
