import Datasets
import Networks
import Storage

/// A training and a test set as they were read.
public protocol SampleTables {
    /// Where they are from, as a run's events call it.
    var name: String { get }
    /// - Throws: `Failure` with `.badData` where it does not hold what it should.
    func values(of part: Dataset.Part) throws -> SampleValues
    /// The first samples of both sets; all of a set whose limit is nil.
    func prefix(train: Int?, test: Int?) -> Self
}

extension Dataset: SampleTables {
    public func values(of part: Part) -> SampleValues {
        self[part].values(
            name: "\(name): samples of the \(part == .train ? "training" : "test") set",
            labelsName: "\(name), \(part.labelsFileName)")
    }
}

extension ImageSet {
    /// - Parameter name, labelsName: what messages call the images, and the file of their labels.
    public func values(name: String, labelsName: String) -> SampleValues {
        SampleValues(
            inputs: .bytes(images[...]), columns: pixelCount, labels: labels[...], count: count, name: name,
            targetsName: labelsName)
    }
}

extension NumPyDataset: SampleTables {
    public func values(of part: Dataset.Part) throws -> SampleValues {
        let rows = part == .train ? trainRows : testRows
        let numbers = self.numbers(targets, rows)
        return SampleValues(
            inputs: .numbers(self.numbers(inputs, rows)!), columns: inputs.shape[1],
            labels: try numbers == nil ? labels()[rows] : [], targets: numbers, count: rows.count, name: name,
            targetsName: targetsName)
    }

    /// Rows of an array of numbers, which keep their places in it.
    private func numbers(_ array: NumPyArray, _ rows: Range<Int>) -> SampleValues.Numbers? {
        let columns = array.shape.count == 2 ? array.shape[1] : 1
        let elements = rows.lowerBound * columns..<rows.upperBound * columns
        return switch array.elements {
        case .float32(let values): .float32(values[elements])
        case .float64(let values): .float64(values[elements])
        case .integers: nil
        }
    }

    private func labels() throws -> [UInt8] {
        guard case .integers(let values) = targets.elements else { return [] }
        return try values.enumerated().map { row, value in
            guard let label = UInt8(exactly: value) else {
                throw Failure(.badData, "\(targetsName): label \(row) is \(value); expected classes, 0 to 255")
            }
            return label
        }
    }
}
