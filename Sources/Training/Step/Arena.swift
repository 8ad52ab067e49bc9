import Cluster
import Kernels
import MPI

/// Arrays one behind the other, each from a cache line of its own.
///
/// The same code lays them out twice: at no place, to see how much memory they take, and then where they are to be.
struct Arena {
    private let base: UnsafeMutableRawPointer
    /// The memory, where it is a team's.
    private(set) var window: SharedWindow?
    /// Of all that was taken, with what kernels read behind the last.
    private(set) var byteCount = 0

    /// No place: what is taken there must not be touched.
    init() { base = UnsafeMutableRawPointer(bitPattern: Self.line)! }

    /// Memory of as many bytes as the arrays take, aligned to a cache line.
    init(at base: UnsafeMutableRawPointer) { self.base = base }

    /// Zeroed memory of the team for what `layOut` takes, from its beginning, and what kernels read behind the end.
    /// Collective over the team.
    init(of team: Team, for layOut: (inout Arena) -> Void) throws {
        var nowhere = Arena()
        layOut(&nowhere)
        let window = try team.window(byteCount: nowhere.byteCount + kernelPadding)
        self.init(at: window.base)
        self.window = window
    }

    mutating func take<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
        let bytes = count * MemoryLayout<Element>.stride
        defer { byteCount = (byteCount + bytes + 2 * Self.line - 1) / Self.line * Self.line }
        return (base + byteCount).assumingMemoryBound(to: Element.self)
    }

    private static let line = 64
}
