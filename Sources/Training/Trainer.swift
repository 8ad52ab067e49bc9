import Datasets
import Foundation
import Kernels
import MPI
import NeuralNetwork
import Storage

/// Trains one network on all workers; see Docs/distributed-step.md.
///
/// Every rank makes one, and calls `run` at the same time.
public final class Trainer<Scalar: Real & Datatype>: @unchecked Sendable {
    let processes: Processes
    let team: Team
    let configuration: Configuration
    let dataset: NodeDataset
    let topology: Topology
    let sliceCount: Int
    let schedule: MinibatchSchedule
    let state: SharedState<Scalar>
    let sum: GradientSum<Scalar>
    /// Slices of this team; its slots.
    let teamSlices: Range<Int>
    /// What the first rank tells the world; unused on the others.
    private let report: (Event) throws -> Void
    private let progress: (EpochProgress) -> Void
    /// What went wrong on this rank, outside the step.
    private var failure: Failure?
    /// Where the gradient stopped being a number, by this rank's knowledge.
    private var divergence: Failure?
    private var hasDiverged = false
    private var lastEpoch: EpochEvent?
    private var trainSeconds = 0.0

    /// Collective. `configuration.slices` is resolved; `report` and `progress` are called on the first rank alone.
    public init(
        processes: Processes, team: Team, configuration: Configuration, dataset: NodeDataset,
        report: @escaping (Event) throws -> Void, progress: @escaping (EpochProgress) -> Void
    ) throws {
        self.processes = processes
        self.team = team
        self.configuration = configuration
        self.dataset = dataset
        self.report = report
        self.progress = progress
        topology = configuration.topology
        sliceCount = configuration.reduction == .exact ? configuration.slices! : team.totalWorkers
        schedule = MinibatchSchedule(
            sampleCount: dataset.train.count, batchSize: configuration.batchSize, seed: configuration.seed,
            shuffled: configuration.shuffle)
        let first = sliceCount * team.firstOfTeam / team.totalWorkers
        let end = sliceCount * (team.firstOfTeam + team.workerCount) / team.totalWorkers
        teamSlices = first..<end
        state = try SharedState(
            team: team, parameterCount: topology.parameterCount, slotCount: teamSlices.count,
            trainCount: dataset.train.count,
            blocks: Self.blockCount(dataset.train) + Self.blockCount(dataset.test))
        sum = GradientSum(state: state, reduction: configuration.reduction)
        try placeFirstWeights()
    }

    public var weights: UnsafePointer<Scalar> { UnsafePointer(state.weights) }

    /// The first rank draws or reads them; the others receive them.
    private func placeFirstWeights() throws {
        try processes.agree {
            guard processes.isFirst else { return }
            if let path = configuration.weights {
                try WeightsFile.read(path, into: state.weights, of: topology)
            } else {
                configuration.initializer.fill(state.weights, of: topology, seed: configuration.seed)
            }
        }
        if let leaders = team.leaders {
            try leaders.broadcast(
                UnsafeMutableBufferPointer(start: state.weights, count: topology.parameterCount), root: 0)
        }
        try team.communicator.barrier()
    }

    /// Trains all epochs. - Returns: the hash of the final weights.
    ///
    /// - Throws: the same `Failure` on every rank.
    public func run() throws -> EndEvent {
        team.run { worker in self.work(worker) }
        try processes.agree {
            if let failure { throw failure }
            if let divergence { throw divergence }
        }
        try processes.agree {
            if hasDiverged { throw Failure(.diverged, "training diverged: the loss is not finite") }
        }
        return EndEvent(
            epochs: configuration.epochs, trainSeconds: trainSeconds, testLoss: lastEpoch?.testLoss,
            testAccuracy: lastEpoch?.testAccuracy, weightsSHA256: WeightsFile.hash(weights, of: topology))
    }

    /// Writes the final weights; for the first rank.
    public func writeModel(to path: String) throws {
        try WeightsFile.write(weights, of: topology, to: path)
    }

    // MARK: Every worker's work

    /// All epochs, by one worker; all workers take the same turns.
    private func work(_ worker: Worker) {
        let step = Step(self, worker)
        let evaluation = Evaluation(self, worker)
        for epoch in 1...max(1, configuration.epochs) where epoch <= configuration.epochs {
            let started = now()
            step.beginEpoch(epoch)
            var loss = 0.0
            for minibatch in 0..<schedule.minibatchCount {
                guard let batchLoss = onMain(worker, { try step.take(minibatch) }) else {
                    noteDivergence("gradient", epoch: epoch, step: minibatch, worker)
                    return
                }
                loss += batchLoss
                if worker.isMain && processes.isFirst {
                    progress(
                        EpochProgress(
                            epoch: epoch, samplesDone: schedule.minibatch(minibatch).upperBound,
                            samples: dataset.train.count, seconds: now() - started))
                }
            }
            let seconds = now() - started
            guard step.weightsAreFinite() else {
                noteDivergence("weights", epoch: epoch, step: schedule.minibatchCount - 1, worker)
                return
            }
            evaluation.measure()
            if worker.isTeamLeader {
                onMain(worker) {
                    try finishEpoch(
                        epoch, seconds: seconds, batchLoss: loss / Double(schedule.minibatchCount), step, evaluation)
                }
            }
            team.wait()
            if state.verdict[0] != 0 { return }
        }
    }

    /// Runs `body`; an error of MPI, which leaves the ranks out of step, ends the job.
    private func onMain<Value>(_ worker: Worker, _ body: () throws -> Value) -> Value {
        do {
            return try body()
        } catch {
            let text = "frontprop: rank \(processes.world.rank) on \(Environment.hostName): \(error)\n"
            FileHandle.standardError.write(Data(text.utf8))
            processes.environment.abort(status: ExitStatus.internalError.rawValue)
        }
    }

    private func noteDivergence(_ what: String, epoch: Int, step: Int, _ worker: Worker) {
        guard worker.isMain else { return }
        hasDiverged = true
        let found = (0..<team.workerCount).map { Int(state.misfits[$0]) }.filter { $0 >= 0 }.min()
        guard found != nil || team.teamCount == 1 else { return }  // another team knows where
        let layer = found.map(topology.layer(ofParameter:)) ?? topology.depth - 1
        let place =
            found == nil ? "the loss" : "the \(what) of layer \(layer) (\(2 * layer).weight, \(2 * layer).bias)"
        divergence = Failure(
            .diverged,
            "training diverged in epoch \(epoch), step \(step + 1) of \(schedule.minibatchCount): \(place) is not finite or "
                + "beyond ±128; no model is written")
    }

    /// By each team's leader: gathers the epoch's figures, and agrees on going on.
    private func finishEpoch(
        _ epoch: Int, seconds: Double, batchLoss: Double, _ step: Step<Scalar>, _ evaluation: Evaluation<Scalar>
    ) throws {
        let phases = try step.slowestPhases()
        let slowest = try team.teamCount > 1 ? team.leaders!.allReduce(seconds, operation: .max) : seconds
        let (train, test) = try evaluation.scores()
        trainSeconds += slowest
        if processes.isFirst {
            let named = configuration.target == .labels
            let event = EpochEvent(
                epoch: epoch, trainSeconds: slowest, samples: dataset.train.count, batchLoss: batchLoss,
                trainLoss: train.loss / Double(dataset.train.count), testLoss: test.loss / Double(dataset.test.count),
                trainAccuracy: named ? Double(train.correct) / Double(dataset.train.count) : nil,
                testAccuracy: named ? Double(test.correct) / Double(dataset.test.count) : nil, phases: phases)
            lastEpoch = event
            do {
                guard train.loss.isFinite, test.loss.isFinite else {
                    throw Failure(
                        .diverged,
                        "training diverged in epoch \(epoch): the loss measured after its last step is not finite; "
                            + "no model is written")
                }
                try report(.epoch(event))
            } catch {
                failure = (error as? Failure) ?? Failure(.internalError, "\(error)")
            }
        }
        state.verdict[0] = failure == nil ? 0 : 1
        if team.teamCount > 1 {
            try team.leaders!.broadcast(UnsafeMutableBufferPointer(start: state.verdict, count: 1), root: 0)
        }
    }

    static func blockCount(_ samples: Samples) -> Int {
        (samples.count + Evaluation<Scalar>.blockSize - 1) / Evaluation<Scalar>.blockSize
    }
}

/// Seconds of a clock that only goes forward.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
