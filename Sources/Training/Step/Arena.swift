/// Arrays one behind the other, each from a cache line of its own.
///
/// The same code lays them out twice: at no place, to see how much memory they take, and then where they are to be.
struct Arena {
    private let base: UnsafeMutableRawPointer
    /// Of all that was taken, with what kernels read behind the last.
    private(set) var byteCount = 0

    /// No place: what is taken there must not be touched.
    init() { base = UnsafeMutableRawPointer(bitPattern: Self.line)! }

    /// Memory of as many bytes as the arrays take, aligned to a cache line.
    init(at base: UnsafeMutableRawPointer) { self.base = base }

    mutating func take<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
        let bytes = count * MemoryLayout<Element>.stride
        defer { byteCount = (byteCount + bytes + 2 * Self.line - 1) / Self.line * Self.line }
        return (base + byteCount).assumingMemoryBound(to: Element.self)
    }

    private static let line = 64
}
