import Kernels
import Storage

/// A fault that one rank suffers before a step, to see that the run does what Docs/reliability.md says.
public struct FaultInjection: Sendable, LosslessStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// One bit of one weight changes.
        case flip
        /// One bit of one training sample changes.
        case data
        /// A check of the program fails.
        case crash
        /// The stack runs out.
        case overflow
        /// Something that only this rank does fails.
        case fail
        /// A slice counts one sample twice.
        case repeated
    }

    public let kind: Kind
    public let rank: Int
    /// Counted over all epochs, from 0.
    public let step: Int

    /// `KIND:RANK:STEP`
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let kind = Kind(rawValue: parts[0]), let rank = Int(parts[1]), let step = Int(parts[2])
        else { return nil }
        (self.kind, self.rank, self.step) = (kind, rank, step)
    }

    public var description: String { "\(kind.rawValue):\(rank):\(step)" }

    /// Calls itself more often than any stack has room for.
    @inline(never) static func depth(below level: Int) -> Int {
        level == .max ? 0 : (1 &+ depth(below: level + 1)) ^ level
    }
}
