import Foundation
import Storage

/// A run that is trained again from its record: says where what comes is not what was recorded. For the first rank.
public final class Reproduction {
    public let record: RunFolder.Record
    /// How many epochs (of a search: rounds) are trained and compared.
    public let turns: Int
    private let figures: RunFigures
    private var compared = 0
    /// What makes other bits no wonder.
    private var reasons: [String] = []

    /// - Parameter turns: the first so many; nil for all that were recorded.
    /// - Throws: `.badData` where the record was edited after the run's end, or records nothing; `.usage` for more than it
    ///   records.
    public init(of folder: String, turns: Int?) throws {
        let record = try RunFolder.Record.read(folder)
        let figures = try RunFigures(folder: folder)
        (self.record, self.figures) = (record, figures)
        let recorded = figures.turns.keys.max() ?? 0
        guard recorded > 0 else { throw Failure(.badData, "\(folder)/metrics.jsonl records no epoch to compare with") }
        guard turns.map({ $0 <= recorded }) != false else {
            throw Failure(.usage, "--epochs must be at most \(recorded), which the run records, not \(turns!)")
        }
        self.turns = turns ?? recorded
        let numerics = record.numerics ?? 1
        if numerics != Numerics.version {
            reasons.append("numerics: the run's are \(numerics), this program's \(Numerics.version)")
        }
        if let sealed = figures.recordedSeal, sealed != figures.seal {
            throw Failure(
                .badData,
                "the record in \(folder) was edited: config.json and metrics.jsonl have the digest \(figures.seal), the "
                    + "end of the run recorded \(sealed)")
        } else if figures.recordedSeal == nil {
            try Self.checkOpenRun(folder, record)
        }
    }

    /// A run that has not ended has its options in its checkpoints, which are sealed.
    private static func checkOpenRun(_ folder: String, _ record: RunFolder.Record) throws {
        let newest = try? CheckpointFolder(folder + "/checkpoints").newestReadable(
            as: TrainingState.self, fault: { _ in nil }, report: { _ in })
        guard let state = newest?.state else { return }
        let (numerics, recorded) = (state.numerics ?? 1, record.numerics ?? 1)
        let fault =
            numerics != recorded
            ? "it is of numerics \(numerics), config.json of \(recorded)"
            : numerics == Numerics.version ? state.identityFault(record.options, record.dataChecksum) : nil
        guard let fault else { return }
        throw Failure(.badData, "the record in \(folder) was edited, or its checkpoint is another run's: \(fault)")
    }

    /// The options to train with: the run's, for its schedule may go over all of its epochs.
    public var options: Configuration {
        var options = record.options
        options.genetic?.rounds = turns
        return options
    }

    /// What differs already before anything is computed, one line each.
    public var differences: [String] { reasons }

    /// To be told where training runs, and on what.
    public func begin(dataChecksum: String, workers: Int) {
        if dataChecksum != record.dataChecksum {
            reasons.append("data: the checksum is \(dataChecksum), the run's \(record.dataChecksum)")
        }
        if record.options.reduction == .allreduce, workers != record.workers {
            reasons.append("layout: --reduction allreduce on \(workers) workers, the run's had \(record.workers)")
        }
    }

    /// Compares an epoch or a round with the recorded one.
    ///
    /// - Throws: `.difference`, naming the first figure that differs and what may be the reason.
    public func check(_ event: Event) throws {
        let number: Int
        switch event {
        case .epoch(let epoch): number = epoch.epoch
        case .round(let round): number = round.round
        default: return
        }
        guard let recorded = figures.turns[number] else {
            throw difference("\(figures.unit) \(number)", "is not recorded")
        }
        guard case .object(let object)? = JSONValue(Array(try event.json().utf8)) else { return }
        let found = RunFigures.figures(object)
        for name in recorded.keys.sorted() where found[name] != recorded[name] {
            throw difference(
                "\(figures.unit) \(number): \(name)",
                "is \(found[name]?.canonical ?? "missing"), recorded is \(recorded[name]!.canonical)")
        }
        compared += 1
    }

    /// Compares the weights, where all of the run was trained.
    ///
    /// - Throws: `.difference`, also where all is the same but the record is of other numerics.
    /// - Returns: what was found to be the same, for people.
    public func finish(hash: String) throws -> String {
        let isWhole = figures.hash != nil && turns == figures.turns.keys.max()
        if isWhole, hash != figures.hash {
            throw difference("the weights' hash", "is \(hash), recorded is \(figures.hash!)")
        }
        guard reasons.isEmpty else { throw difference("nothing else", "differs") }
        return "reproduced: \(compared) \(figures.unit)s"
            + (isWhole ? " and the weights are the same" : " are the same; the weights of this place are not recorded")
    }

    private func difference(_ what: String, _ how: String) -> Failure {
        let why = reasons.isEmpty ? "numerics and data are the run's" : reasons.joined(separator: "; ")
        return Failure(.difference, "not reproduced: \(what) \(how); what differs: \(why)")
    }
}
