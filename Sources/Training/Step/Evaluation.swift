import Cluster
import Kernels
import MPI
import Networks

/// Loss and accuracy on both sets, shared out over all workers by blocks of a fixed size, so that the bits of the
/// result do not depend on the layout.
final class Evaluation<Scalar: Real & Datatype> {
    static var blockSize: Int { 250 }

    private let trainer: Trainer<Scalar>
    private let worker: Worker
    private let trainEvaluator: Evaluator<Scalar>
    private let testEvaluator: Evaluator<Scalar>

    init(_ trainer: Trainer<Scalar>, _ worker: Worker) {
        self.trainer = trainer
        self.worker = worker
        trainEvaluator = Evaluator(
            topology: trainer.topology, samples: trainer.dataset.train,
            capacity: min(Self.blockSize, trainer.dataset.train.count))
        testEvaluator = Evaluator(
            topology: trainer.topology, samples: trainer.dataset.test,
            capacity: min(Self.blockSize, trainer.dataset.test.count))
    }

    private var trainBlocks: Int { Trainer<Scalar>.blockCount(trainer.dataset.train) }
    private var blocks: Int { trainBlocks + Trainer<Scalar>.blockCount(trainer.dataset.test) }

    /// Scores this worker's blocks; returns when the whole team is done.
    func measure() {
        let state = trainer.state
        for block in worker.share(of: blocks) {
            state.blockLosses[block] = 0
            state.blockCorrect[block] = 0
        }
        trainer.team.wait()
        for block in worker.globalShare(of: blocks) {
            let score =
                block < trainBlocks
                ? self.score(block, trainEvaluator, trainer.dataset.train)
                : self.score(block - trainBlocks, testEvaluator, trainer.dataset.test)
            state.blockLosses[block] = score.loss * (trainer.configuration.lossScale ?? 1)
            state.blockCorrect[block] = Int64(score.correct)
        }
        trainer.team.wait()
    }

    private func score(_ block: Int, _ evaluator: Evaluator<Scalar>, _ samples: Samples) -> Score {
        let first = block * Self.blockSize
        let numbers = (first..<min(first + Self.blockSize, samples.count)).map(UInt32.init)
        return numbers.withUnsafeBufferPointer { evaluator.score($0, parameters: trainer.weights) }
    }

    /// The scores of the training and of the test set; by each team's leader.
    ///
    /// Each block is some team's and zero in the others, so adding teams is exact; blocks are added in their order.
    func scores() throws -> (train: Score, test: Score) {
        let losses = UnsafeMutableBufferPointer(start: trainer.state.blockLosses, count: blocks)
        let correct = UnsafeMutableBufferPointer(start: trainer.state.blockCorrect, count: blocks)
        if trainer.team.teamCount > 1 {
            try trainer.team.leaders!.allReduce(inPlace: losses, operation: .sum)
            try trainer.team.leaders!.allReduce(inPlace: correct, operation: .sum)
        }
        func total(_ range: Range<Int>) -> Score {
            Score(
                loss: range.reduce(0) { $0 + losses[$1] }, correct: range.reduce(0) { $0 + Int(correct[$1]) })
        }
        return (total(0..<trainBlocks), total(trainBlocks..<blocks))
    }
}
