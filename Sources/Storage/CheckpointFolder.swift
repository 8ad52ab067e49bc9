import Foundation

/// A folder that holds the last two checkpoints of a run, whenever the process that writes them is killed.
///
/// Files are called `epoch-0007-step-000420.safetensors`. A new one is in place, synced, before an older one is
/// removed, so a kill leaves at worst a third checkpoint or a temporary file, which the next `save` removes.
/// One process at a time writes; reading is safe meanwhile.
public struct CheckpointFolder: Sendable {
    /// The folder; `save` creates it, but not those above it: a run's folder that is gone is not made anew.
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// Writes a checkpoint for the position `epoch`, `step`, and keeps it and the newest one before it.
    ///
    /// Checkpoints of later positions are removed too: they are damaged or of an abandoned run, or training would have
    /// gone on from them.
    ///
    /// - Precondition: neither number is negative.
    /// - Throws: what `CheckpointFile.write` throws; the earlier checkpoints are then as they were.
    /// - Returns: the new file's path.
    @discardableResult
    public func save<State>(_ checkpoint: CheckpointFile<State>, epoch: Int, step: Int) throws -> String {
        precondition(epoch >= 0 && step >= 0, "epoch \(epoch), step \(step)")
        try AtomicFile.createFolder(path, withParents: false)
        do {
            // Before writing: on a full disk they may be what fills it.
            for name in try fileNames() where isStale(name) {
                unlink("\(path)/\(name)")
            }
            let position = Position(epoch: epoch, step: step)
            try checkpoint.write(to: "\(path)/\(position.fileName)")
            let positions = try self.positions()
            let kept = [position, positions.last { $0 < position }]
            for other in positions where !kept.contains(other) {
                unlink("\(path)/\(other.fileName)")
            }
            return "\(path)/\(position.fileName)"
        } catch let failure as Failure where failure.status == .missingInput {
            // Gone since it was made: no input that is missing.
            throw Failure(.cannotWrite, failure.message)
        }
    }

    /// Reads the newest checkpoint that is whole, and fits.
    ///
    /// - Parameters:
    ///   - fault: why a checkpoint's state cannot be used; nil when it can.
    ///   - report: called with a message for each newer one that is not whole or does not fit.
    /// - Throws: `Failure` with `.missingInput` when there is no checkpoint, `.badData` when none can be used, saying
    ///   what is wrong with each.
    public func newestReadable<State>(
        as type: State.Type = State.self, fault: (State) -> String? = { _ in nil }, report: (String) -> Void
    ) throws -> CheckpointFile<State> {
        var failures: [String] = []
        for position in try positions().reversed() {
            let file = "\(path)/\(position.fileName)"
            do {
                let checkpoint = try CheckpointFile<State>.read(file)
                if let fault = fault(checkpoint.state) { throw Failure(.badData, "\(file): \(fault)") }
                failures.forEach { report("passed over: \($0)") }
                return checkpoint
            } catch let failure as Failure {
                failures.append(failure.message)
            }
        }
        guard failures.isEmpty else {
            throw Failure(.badData, "no checkpoint in \(path) can be used: \(failures.joined(separator: "; "))")
        }
        let count = try fileNames().count
        let found = count == 0 ? "nothing" : "\(count) other files"
        throw Failure(.missingInput, "\(path): expected a checkpoint, found \(found)")
    }

    // MARK: Names

    /// When a checkpoint was made.
    private struct Position: Comparable {
        let epoch: Int
        let step: Int

        var fileName: String {
            "epoch-\(Self.padded(epoch, 4))-step-\(Self.padded(step, 6)).safetensors"
        }

        static func < (left: Position, right: Position) -> Bool {
            (left.epoch, left.step) < (right.epoch, right.step)
        }

        private static func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }

        init(epoch: Int, step: Int) {
            self.epoch = epoch
            self.step = step
        }

        /// The position in a file's name; nil when it is not the name of a checkpoint.
        init?(fileName: String) {
            let parts = fileName.split(whereSeparator: { $0 == "-" || $0 == "." })
            guard parts.count == 5, let epoch = Int(parts[1]), let step = Int(parts[3]) else { return nil }
            self.init(epoch: epoch, step: step)
            guard self.fileName == fileName else { return nil }
        }
    }

    /// The positions of the checkpoints that are there, oldest first.
    private func positions() throws -> [Position] {
        try fileNames().compactMap(Position.init(fileName:)).sorted()
    }

    /// Whether `name` is what a process that was killed left of a checkpoint.
    private func isStale(_ name: String) -> Bool {
        name.hasPrefix("epoch-") && name.contains(".safetensors.part-")
    }

    private func fileNames() throws -> [String] { try Folder.names(in: path) }
}
