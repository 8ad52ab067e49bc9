import Foundation
import Kernels
import MPI
import Storage
import Training

/// What the first rank of a training run shows.
final class TrainOutput: @unchecked Sendable {
    private let quiet: Bool
    private let json: Bool
    private let bar: Bool
    private var lastDrawn = 0.0
    private var drawn = false

    init(quiet: Bool, json: Bool) {
        self.quiet = quiet
        self.json = json
        bar = !quiet && !json && Self.isOnTerminal
    }

    /// mpirun gives its ranks a terminal of its own whatever its output is, so there its own output is looked at.
    private static var isOnTerminal: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        guard Session.environment.isLaunched else { return true }
        let output = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(getppid())/fd/1")
        return output.map { $0.hasPrefix("/dev/pts/") || $0.hasPrefix("/dev/tty") } ?? false
    }

    /// Layouts and processors that work, but not as well as they could.
    func warn(of placement: Placement?, threadsAreGiven: Bool) {
        let advice = placement?.advice(threadsAreGiven: threadsAreGiven) ?? []
        for advice in advice + [InstructionSet.warning].compactMap(\.self) {
            Main.say("frontprop: warning: \(advice)")
        }
    }

    /// Shows what happened; with the end also where it was written, what it was found to be, and last of all the hash. As JSON
    /// an event is a line, and there are no others.
    ///
    /// - Throws: `.inputOutput` when standard output cannot take it.
    func show(_ event: Event, folder: String? = nil, found: String? = nil) throws {
        clearBar()
        var lines: [String] = []
        switch event {
        case .end(let end):
            if let warning = end.warning { Main.say("frontprop: warning: \(warning)") }
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
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        } catch {
            throw Failure(.inputOutput, "cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    /// A checkpoint, and a round without figures of the whole sets, are for the files.
    private func isPassing(_ event: Event) -> Bool {
        switch event {
        case .round(let round): round.testLoss == nil
        case .checkpoint: true
        default: false
        }
    }

    private func line(_ event: Event) -> String {
        switch event {
        case .start(let start):
            let idle = start.idleWorkers == 0 ? "" : ", \(start.idleWorkers) workers idle (fewer slices than workers)"
            return
                "\(start.model) (\(start.parameters) parameters) on \(start.data), \(start.samples) samples, target "
                + "\(start.target == .inputs ? "inputs: an autoencoder" : "labels"); "
                + "\(start.ranks) ranks, \(start.workers) workers, \(start.slices) slices\(idle)"
        case .resume(let resume):
            return
                "resumed in epoch \(resume.epoch), after step \(resume.step); \(resume.ranks) ranks, "
                + "\(resume.workers) workers"
        case .checkpoint(let checkpoint):
            return "saved \(checkpoint.path)"
        case .epoch(let epoch):
            let rate = Double(epoch.samples) / epoch.trainSeconds
            var text = String(
                format: "epoch %3d  %7.3f s  %8.0f samples/s  ", epoch.epoch, epoch.trainSeconds, rate)
            text += "loss \(lossText(epoch.trainLoss)) train \(lossText(epoch.testLoss)) test"
            if let train = epoch.trainAccuracy, let test = epoch.testAccuracy {
                text += String(format: "  accuracy %.4f train %.4f test", train, test)
            }
            return text
        case .round(let round):
            var text = String(format: "round %5d  %d evaluations  ", round.round, round.evaluations)
            text += "loss \(lossText(round.bestLoss)) best \(lossText(round.meanLoss)) mean  "
            text += "\(lossText(round.trainLoss ?? .nan)) train \(lossText(round.testLoss ?? .nan)) test"
            if let train = round.trainAccuracy, let test = round.testAccuracy {
                text += String(format: "  accuracy %.4f train %.4f test", train, test)
            }
            return text
        case .end(let end):
            let accuracy = end.testAccuracy.map { String(format: ", test accuracy %.4f", $0) } ?? ""
            let what = end.rounds.map { "\($0) rounds, \(end.evaluations ?? 0) fitness evaluations" }
            return (what ?? "\(end.epochs) epochs")
                + String(format: " in %.3f s of training", end.trainSeconds) + accuracy
        }
    }

    /// Draws the bar of an epoch under way, ten times a second at most.
    func show(_ progress: EpochProgress) {
        let (done, all, seconds) = (progress.samplesDone, progress.samples, progress.seconds)
        guard bar, seconds - lastDrawn > 0.1 || seconds < lastDrawn else { return }
        lastDrawn = seconds
        drawn = true
        let share = Double(done) / Double(all)
        let filled = Int(share * 30)
        let cells = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        let rate = Double(done) / max(seconds, 1e-9)
        print(
            "\r\u{1B}[K\(progress.unit) \(progress.epoch) \(cells) "
                + String(
                    format: "%.0f \(progress.unit == "epoch" ? "samples" : "rounds")/s, %.1f s left", rate,
                    Double(all - done) / max(rate, 1e-9)),
            terminator: "")
        fflush(nil)
    }

    private func clearBar() {
        guard drawn else { return }
        print("\r\u{1B}[K", terminator: "")
        fflush(nil)
        drawn = false
    }
}
