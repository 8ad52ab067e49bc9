import CProcess
import Foundation
import MPI
import Storage

/// The file that this process runs.
public enum ProgramFile {
    /// Its path; also where there is no /proc.
    public static var path: String {
        let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        // A file that was replaced since has " (deleted)" behind its name.
        return access(link, X_OK) == 0 ? link : String(cString: cp_program())
    }

    /// What tells its content from another's: a checksum of all of it.
    ///
    /// - Complexity: O(bytes), at about 10 GB/s.
    package static var identity: String {
        // The link leads to the file that runs, also where another has its name by now.
        var descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return "unreadable" }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > 0, let content = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), content != MAP_FAILED
        else { return "unreadable" }
        defer { munmap(content, size) }
        let sum = Checksum.of(UnsafeRawBufferPointer(start: content, count: size))
        return "\(size) bytes, checksum \(String(sum, radix: 16))"
    }
}

extension MPI.Environment {
    /// Refuses ranks that would not do the same: another program, or another command line.
    ///
    /// Collective over the world, and the first thing that a rank does there: whoever does something else waits for ever
    /// later on. The number of threads may differ, and so may the working folder: only the first rank has to do with files.
    ///
    /// - Throws: as `Communicator.requireSame`.
    public func requireSameProgram(arguments: [String]) throws {
        guard world.size > 1 else { return }
        try world.requireSame("the program", "frontprop \(frontpropVersion) (\(ProgramFile.identity))")
        try world.requireSame("the command", Self.command(arguments))
    }

    /// The command line as one text, without the number of threads.
    package static func command(_ words: some Sequence<String>) -> String {
        var kept: [String] = []
        for word in words where !word.hasPrefix("--threads=") {
            if kept.last == "--threads" {
                kept.removeLast()
            } else {
                kept.append(word.isEmpty || word.contains(" ") ? "'\(word)'" : word)
            }
        }
        return kept.joined(separator: " ")
    }

    /// Two texts that differ, each cut to what a message can hold of it, about the place where they begin to.
    package static func shortened(_ first: String, _ second: String, limit: Int = 300) -> (String, String) {
        let common = zip(first, second).prefix { $0 == $1 }.count
        func cut(_ text: String) -> String {
            guard text.count > limit else { return text }
            let start = common > limit / 2 ? common - limit / 4 : 0
            let part = text.dropFirst(start)
            return (start > 0 ? "…" : "") + part.prefix(limit) + (part.count > limit ? "…" : "")
        }
        return (cut(first), cut(second))
    }
}

extension Communicator {
    /// Refuses ranks whose `text` differs; any length is cheap: where all is well a rank sends eight bytes. Collective.
    ///
    /// - Parameter what: it is, for the message.
    /// - Throws: on every rank, `.mpiSetup` naming two ranks that differ, and what each has.
    package func requireSame(_ what: String, _ text: String) throws {
        guard size > 1 else { return }
        let sum = Array(text.utf8).withUnsafeBytes { Checksum.of($0) }
        let sums = try allGather(sum)
        guard let odd = sums.firstIndex(where: { $0 != sums[0] }) else { return }
        let mine = rank == 0 || rank == odd ? "\(rank) on \(Environment.hostName) has\n\(text)" : ""
        let texts = try allGatherStrings(mine).filter { !$0.isEmpty }.map {
            $0.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        }
        let (first, second) = Environment.shortened(texts[0][1], texts[1][1])
        throw Failure(
            .mpiSetup,
            "the ranks differ in \(what): rank \(texts[0][0]) '\(first)', rank \(texts[1][0]) '\(second)'")
    }
}
