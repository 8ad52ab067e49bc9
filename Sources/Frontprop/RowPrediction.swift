import Datasets
import Kernels
import Networks
import Storage

/// What a network makes of one row of a table.
public struct RowPrediction: Sendable {
    /// Its number in the file, from 0.
    public let row: Int
    /// What is known of it, for each of the target's columns.
    public let targets: [Table.Value?]
    /// The class that it is taken for, the first of the largest outputs; nil where outputs are numbers.
    public let answer: Int?
    /// n_L, in the units of the table: of classes each one's share, of numbers those of their columns.
    public let outputs: [Double]
    /// Whether a value is beyond those that the network learned from, or a text none of theirs.
    public let isOutside: Bool
}

extension SavedNetwork {
    /// Makes something of what the network makes of each row, on all cores, and hands it to `body` in the rows' order.
    ///
    /// - Throws: `.badData` with the place of a value that is not as it should be; `.diverged` where an output is not finite;
    ///   what `body` throws.
    /// - Complexity: memory for some thousand rows, however many there are.
    public func predict<Value: Sendable>(
        _ chosen: ChosenRows, each: @Sendable (RowPrediction) -> Value, _ body: ([Value]) throws -> Void
    ) throws {
        try chosen.inPieces(of: 1000, { try predictions($0).map(each) }, body)
    }

    private func predictions(_ rows: ChosenRows) throws -> [RowPrediction] {
        let memory = try rows.samples(limit: Double(Scalar.greatestFiniteMagnitude))
        let areOutside = try rows.areOutside()
        let columns = rows.columns
        var predictions: [RowPrediction] = []
        try outputs(of: memory.samples, name: rows.outputName) { index, outputs in
            let plain = outputs.map(Double.init)
            let values = columns.units?.values(plain) ?? plain
            if let bad = values.firstIndex(where: { !$0.isFinite }) {
                throw Failure(.diverged, "\(rows.outputName(index, bad)) is too large for a number: \(values[bad])")
            }
            predictions.append(
                RowPrediction(
                    row: rows.numbers[index], targets: rows.targets(index),
                    answer: columns.classes == nil ? nil : plain.firstIndex(of: plain.max()!), outputs: values,
                    isOutside: areOutside[index]))
        }
        return predictions
    }
}
