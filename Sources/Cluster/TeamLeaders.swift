import MPI

/// The first ranks of the teams, which speak for them.
///
/// Operations are collective over the leaders. Alone a team's value is the whole, and nothing is sent; on a rank that is
/// not the first of its team nothing happens either: it reads what its leader received in the team's memory.
package struct TeamLeaders: Sendable {
    /// nil where this rank has nobody to speak to.
    private let communicator: Communicator?

    init(_ communicator: Communicator?, teamCount: Int) {
        self.communicator = teamCount > 1 ? communicator : nil
    }

    /// Combines the teams' buffers, element by element.
    package func allReduce<Element: Datatype>(
        inPlace buffer: UnsafeMutableBufferPointer<Element>, operation: ReductionOperation
    ) throws {
        try communicator?.allReduce(inPlace: buffer, operation: operation)
    }

    /// Combines one value of each team.
    package func allReduce<Element: Datatype>(_ value: Element, operation: ReductionOperation) throws -> Element {
        try communicator?.allReduce(value, operation: operation) ?? value
    }

    /// Every team's value, in the teams' order.
    package func allGather<Element: Datatype>(_ value: Element) throws -> [Element] {
        try communicator?.allGather(value) ?? [value]
    }

    /// Every team's values, in the teams' order; each team may give another number of them.
    package func allGather<Element: Datatype>(_ values: [Element]) throws -> [[Element]] {
        try communicator?.allGather(values) ?? [values]
    }

    /// Copies the first team's buffer to all.
    package func broadcast<Element: Datatype>(_ buffer: UnsafeMutableBufferPointer<Element>) throws {
        try communicator?.broadcast(buffer, root: 0)
    }
}
