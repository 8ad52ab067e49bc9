import Storage

/// What each row of a table counts, from a file of NumPy's: its numbers, one a row.
public struct RowWeights: Sendable {
    /// The file.
    public let name: String
    /// As they stand there, whatever they are.
    public let values: [Double]

    public init(name: String, values: [Double]) { (self.name, self.values) = (name, values) }

    /// - Throws: `Failure`, as `NumPyArray.read` says; `.badData` also where it is not one number a row.
    public init(path: String) throws {
        let array = try NumPyArray.read(path: path)
        guard array.shape.count == 1 else {
            throw Failure(.badData, "\(path): expected a weight for each row, [rows], found \(array)")
        }
        name = path
        values =
            switch array.elements {
            case .float32(let values): values.map(Double.init)
            case .float64(let values): values
            case .integers(let values): values.map(Double.init)
            }
    }
}
