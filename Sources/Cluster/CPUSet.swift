/// A set of a node's logical processors, written as Linux writes it: `0-3,8`.
public struct CPUSet: Equatable, Sendable, Codable, CustomStringConvertible {
    /// Their numbers, ascending, each once.
    public let numbers: [Int]

    public init(_ numbers: some Sequence<Int>) {
        self.numbers = Set(numbers).sorted()
    }

    /// Reads a list such as `0-3,8`; `nil` where it is none. An empty text is the empty set.
    public init?(_ list: some StringProtocol) {
        var numbers: [Int] = []
        for item in list.split(separator: ",") {
            let bounds = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(bounds.count), let first = bounds.first!, let last = bounds.last!,
                0 <= first, first <= last, last < Self.limit
            else { return nil }
            numbers += first...last
        }
        self.init(numbers)
    }

    /// More than any machine has, and few enough that a broken list cannot fill the memory.
    private static let limit = 1 << 16

    public var count: Int { numbers.count }
    public var isEmpty: Bool { numbers.isEmpty }

    public func union(_ other: CPUSet) -> CPUSet { CPUSet(numbers + other.numbers) }
    public func subtracting(_ other: CPUSet) -> CPUSet { CPUSet(Set(numbers).subtracting(other.numbers)) }
    public func isDisjoint(with other: CPUSet) -> Bool { Set(numbers).isDisjoint(with: other.numbers) }

    public var description: String {
        var runs: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
