import Cluster
import Kernels
import MPI

/// The epoch after which the validation loss was least, the first of equals: a run with `--patience` ends with its weights.
public struct BestEpoch: Sendable, Codable, Equatable {
    /// From 1.
    public var epoch: Int
    public var validationLoss: Double
}

extension Trainer {
    /// Notes whether the epoch is the best so far, by each team's leader; all find the same, for all have the same scores.
    func noteBest(_ scores: SetScores, of epoch: Int) {
        guard configuration.patience != nil, let loss = scores[.validation]?.loss,
            loss < best?.validationLoss ?? .infinity
        else { return }
        best = BestEpoch(epoch: epoch, validationLoss: loss)
        state.bestEpoch.pointee = Int64(epoch)
    }

    /// Whether the run has come to its end before `epoch`: that is beyond the last, or the validation loss has not fallen for
    /// too long.
    func isOver(before epoch: Int) -> Bool {
        if epoch > run.lastEpoch || state.solver.pointee.isDone { return true }
        guard let patience = configuration.patience, state.bestEpoch.pointee > 0 else { return false }
        return epoch - 1 - Int(state.bestEpoch.pointee) >= patience
    }

    /// Keeps the weights where they are the best so far; the team's workers copy a part each.
    func keepBest(_ epoch: Int, _ worker: Worker) {
        guard configuration.patience != nil else { return }
        team.wait()
        if state.bestEpoch.pointee == epoch { copy(state.weights, to: state.bestWeights, worker) }
        team.wait()
    }

    /// Puts the best weights in the place of the last.
    func takeBest(_ worker: Worker) {
        guard configuration.patience != nil, state.bestEpoch.pointee > 0 else { return }
        copy(state.bestWeights, to: state.weights, worker)
        team.wait()
    }

    private func copy(_ from: UnsafeMutablePointer<Scalar>, to: UnsafeMutablePointer<Scalar>, _ worker: Worker) {
        let part = worker.share(of: state.parameterCount)
        (to + part.lowerBound).update(from: from + part.lowerBound, count: part.count)
    }
}
