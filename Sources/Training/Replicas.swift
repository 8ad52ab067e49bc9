import Foundation
import Kernels
import MPI
import Storage

/// Whether what every node (with `allreduce`, every rank) has for itself is still the same everywhere.
enum Replicas {
    /// The first of those who hold another value than most do, with the number that agree; nil when all agree.
    ///
    /// Where no value has a majority, the first holder's counts as right.
    static func oddOne(_ values: [UInt64]) -> (index: Int, agreeing: Int)? {
        var votes: [UInt64: Int] = [:]
        for value in values { votes[value, default: 0] += 1 }
        let most = votes.values.max() ?? 0
        let right = values.first { votes[$0] == most }
        return values.firstIndex { $0 != right }.map { ($0, most) }
    }
}

extension Processes {
    /// Refuses ranks that would not compute the same: another version of this program, or other arguments.
    ///
    /// Collective. - Throws: on every rank, `.mpiSetup` naming two ranks that differ.
    public func requireSameProgram() throws {
        let size = (try? FileManager.default.attributesOfItem(atPath: "/proc/self/exe")[.size] as? Int) ?? 0
        // Ranks may have as many threads as they like.
        var arguments = CommandLine.arguments.dropFirst().joined(separator: " ")
        arguments.replace(/--threads[ =][0-9]+/, with: "")
        try requireSame("version", "\(frontpropVersion) (\(size) bytes)", .mpiSetup)
        try requireSame("their arguments", "'\(arguments)'", .mpiSetup)
    }

    /// Compares a text that must be the same on all ranks.
    ///
    /// Collective. - Throws: on every rank, a `Failure` that names the first rank whose text is not the first rank's.
    func requireSame(_ what: String, _ text: String, _ status: ExitStatus) throws {
        let texts = try world.allGatherStrings(text)
        guard let odd = texts.firstIndex(where: { $0 != texts[0] }) else { return }
        throw Failure(
            status,
            "the ranks differ in \(what): rank 0 on \(hosts[0]) has \(texts[0]), rank \(odd) on \(hosts[odd]) has "
                + texts[odd])
    }
}
