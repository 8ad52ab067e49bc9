import Foundation
import Frontprop
import MPI
import Storage
import Training

/// What the first rank of a training run shows.
final class TrainOutput {
    private let quiet: Bool
    private let json: Bool
    private let terminal: Terminal?
    private var bar = ProgressBar()
    private var warnings: Set<String> = []

    init(quiet: Bool, json: Bool, _ environment: Environment) {
        self.quiet = quiet
        self.json = json
        terminal = quiet || json ? nil : Terminal.ofStandardOutput(environment)
    }

    /// Trains, and shows it. Signals end the run after the step under way.
    func show(_ run: TrainingRun, on world: Communicator) throws {
        var run = run
        run.heedsSignals = true
        run.onEvent = { try self.show($0) }
        run.onProgress = { self.show($0) }
        run.onWarning = warn
        run.onEnd = { try self.show(.end($0.end), folder: $0.folder, found: $0.finding) }
        try run.train(on: world)
    }

    /// Shows what happened; with the end also where it was written, what it was found to be, and last of all the hash. As JSON
    /// an event is a line, and there are no others.
    ///
    /// - Throws: `.inputOutput` when standard output cannot take it.
    private func show(_ event: Event, folder: String? = nil, found: String? = nil) throws {
        clearBar()
        var lines: [String] = []
        switch event {
        case .end(let end):
            if let warning = end.warning { warn(warning) }
            if json {
                lines = [try event.json()]
            } else {
                if !quiet { lines = [line(event)] + (folder.map { ["written to \($0)"] } ?? []) }
                lines += [found, "weights-sha256: \(end.weightsSHA256)"].compactMap { $0 }
            }
        default:
            if !quiet, json || !isPassing(event) { lines = [json ? try event.json() : line(event)] }
        }
        guard !lines.isEmpty else { return }
        try Console.print(lines.joined(separator: "\n"))
    }

    /// Says what works, but not as well as it could; once.
    private func warn(_ text: String) {
        guard warnings.insert(text).inserted else { return }
        clearBar()
        Console.say("frontprop: warning: \(text)")
    }

    /// A checkpoint, and a round without figures of the whole sets, are for the files.
    private func isPassing(_ event: Event) -> Bool {
        switch event {
        case .round(let round): round.scores.all.isEmpty
        case .checkpoint: true
        default: false
        }
    }

    private func line(_ event: Event) -> String {
        switch event {
        case .start(let start): return start.text
        case .resume(let resume):
            return
                "resumed in epoch \(resume.epoch), after step \(resume.step); \(counted(resume.ranks, "rank")), "
                + counted(resume.workers, "worker")
        case .checkpoint(let checkpoint):
            return "saved \(checkpoint.path)"
        case .epoch(let epoch):
            let rate = Double(epoch.samples) / epoch.trainSeconds
            return String(format: "epoch %3d  %7.3f s  %8.0f samples/s  ", epoch.epoch, epoch.trainSeconds, rate)
                + epoch.scores.line
        case .round(let round):
            return String(format: "round %5d  %d evaluations  ", round.round, round.evaluations)
                + "loss \(lossText(round.bestLoss)) best \(lossText(round.meanLoss)) mean  \(round.scores.line)"
        case .end(let end):
            let what = end.rounds.map {
                "\(counted($0, "round")), \(counted(end.evaluations ?? 0, "fitness evaluation"))"
            }
            return (what ?? counted(end.epochs, "epoch"))
                + String(format: " in %.3f s of training", end.trainSeconds)
                + (end.bestEpoch.map { ", the best epoch \($0)" } ?? "") + (end.scores.summary.map { ", \($0)" } ?? "")
        }
    }

    /// Draws the bar of an epoch under way, ten times a second at most.
    private func show(_ progress: RunProgress) {
        guard let terminal, let line = bar.line(progress, width: terminal.width) else { return }
        // What the terminal does not take shows with the next event.
        try? Console.write("\r\u{1B}[K" + line)
    }

    private func clearBar() {
        if bar.clear() { try? Console.write("\r\u{1B}[K") }
    }
}
