import Datasets
import Networks
import Resources
import Storage
import Training

/// Rows of a table that a network is asked about, in the order that they were chosen in.
public struct ChosenRows: Sendable {
    public let columns: TableColumns
    public let table: Table
    /// By the file, from 0.
    public let numbers: [Int]
    /// The columns of the table that outputs are compared with; nil of one that it has not.
    private let known: [Table.Column?]

    init(_ columns: TableColumns, _ rows: PreparedTable.Rows) {
        (self.columns, table, numbers) = (columns, rows.table, rows.rows)
        let all = table.columns
        known = columns.targetColumns.map { name in all.first { $0.name == name } }
    }

    private init(_ rows: ChosenRows, numbers: [Int]) {
        (columns, table, known) = (rows.columns, rows.table, rows.known)
        self.numbers = numbers
    }

    public var count: Int { numbers.count }

    /// Whether what is asked for is known, of some rows at least.
    public var hasTargets: Bool { known.contains { $0 != nil } }

    /// What is asked for in each of the target's columns, as the table has it; nil where that is not known.
    public func targets(_ index: Int) -> [Table.Value?] { known.map { $0?.value(ofRow: numbers[index]) } }

    /// What messages call an output of the row at `index`.
    func outputName(_ index: Int, _ output: Int) -> String {
        "\(table.name): \(table.place(ofRow: numbers[index])): output \(columns.outputNames[output])"
    }

    // MARK: As a network takes them

    /// Whether each row has a value that is beyond those that the network learned from.
    ///
    /// - Throws: `.badData` with the place of a column or a value that is not as it should be.
    func areOutside() throws -> [Bool] {
        let (table, rows) = written
        return try columns.areOutside(table, rows: rows)
    }

    /// The inputs in the units of the table, [rows, n_0].
    ///
    /// - Throws: as `areOutside`.
    func rawInputs() throws -> [Double] {
        let (table, rows) = written
        return try columns.unscaled.inputs(of: table, rows: rows)
    }

    /// Of what is mostly zeros, which one goes through column by column, these rows alone.
    private var written: (table: Table, rows: [Int]) {
        table.isSparse ? (table.subset(numbers), Array(numbers.indices)) : (table, numbers)
    }

    /// The rows as samples in memory of this process, with which nothing is to be compared.
    ///
    /// - Parameter limit: the largest number of the precision that they are computed in.
    /// - Throws: as `areOutside`; `.badData` also for a number that is larger.
    func samples(limit: Double) throws -> SampleMemory {
        let target = columns.targetName.target
        let asked = target == .numbers ? [Double](repeating: 0, count: count * columns.outputNames.count) : nil
        let (table, rows) = written
        let values = SampleValues(
            inputs: try columns.sampleInputs(of: table, rows: rows), columns: columns.inputCount,
            targets: asked.map { .float64($0[...]) }, count: count, name: table.name, targetsName: table.name
        )
        .numbered(by: rows).worded(by: columns, of: table)
        if let fault = values.inputFault(limit: limit) { throw Failure(.badData, fault) }
        return SampleMemory(values, target: target, form: .dense)
    }

    // MARK: In pieces

    /// Pieces that are computed before they are handed on.
    private static var piecesAtOnce: Int { 64 }

    /// Makes something of at most `size` rows at a time, on all cores, and hands it to `body` in the rows' order.
    ///
    /// - Throws: the first piece's that fails, and what `body` throws.
    func inPieces<Value: Sendable>(
        of size: Int, _ make: @Sendable (ChosenRows) throws -> Value, _ body: (Value) throws -> Void
    ) throws {
        let starts = Array(stride(from: 0, to: count, by: size))
        for first in stride(from: 0, to: starts.count, by: Self.piecesAtOnce) {
            let some = Array(starts[first..<min(first + Self.piecesAtOnce, starts.count)])
            let pieces = try concurrently(some) { start in
                try make(ChosenRows(self, numbers: Array(numbers[start..<min(start + size, count)])))
            }
            for piece in pieces { try body(piece) }
        }
    }
}
