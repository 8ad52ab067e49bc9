import Datasets
import Networks
import Storage

/// A run's sets of samples as they were read: one to train with, and those that it is measured on beside.
public protocol SampleTables {
    /// Where they are from, as a run's events call it.
    var name: String { get }
    /// Of the whole sets, whatever part of them this is.
    var shape: SampleShape { get }
    /// - Returns: nil where there is no such set; a run has one to train with.
    /// - Throws: `Failure` with `.badData` where it does not hold what it should.
    func values(of set: SampleSet) throws -> SampleValues?
    /// The first samples of the training and the test set; all of a set whose limit is nil.
    func prefix(train: Int?, test: Int?) throws -> Self
    /// The samples as images; nil where they are none.
    var images: Dataset? { get }
    /// What a network makes of them, where they are a table; nil where they are none.
    var columns: TableColumns? { get }
    /// The samples as rows of a table; nil where they are none.
    var table: PreparedTable? { get }
}

extension SampleTables {
    public var table: PreparedTable? { nil }
    public var columns: TableColumns? { nil }
}

extension Dataset: SampleTables {
    public var images: Dataset? { self }
    public var shape: SampleShape { SampleShape(inputs: train.pixelCount, classes: classCount, numbers: 0) }

    public func values(of set: SampleSet) -> SampleValues? {
        Part(set).map { part in
            self[part].values(
                name: "\(name), \(part.imagesFileName): samples", labelsName: "\(name), \(part.labelsFileName)")
        }
    }
}

extension ImageSet {
    /// - Parameter name, labelsName: what messages call the images, and the file of their labels.
    public func values(name: String, labelsName: String) -> SampleValues {
        SampleValues(
            inputs: inputs, columns: pixelCount, labels: labels[...], count: count, name: name, targetsName: labelsName)
    }

    private var inputs: SampleValues.Inputs {
        if element == .unsignedByte { return .bytes(images[...]) }
        return switch imageArray.numbers {
        case .float32(let pixels): .numbers(.float32(pixels[...]))
        case .float64(let pixels): .numbers(.float64(pixels[...]))
        }
    }
}

extension NumPyDataset: SampleTables {
    public var images: Dataset? { nil }
    public var shape: SampleShape {
        guard case .integers(let labels) = targets.elements else {
            return SampleShape(inputs: inputs.shape[1], classes: 0, numbers: targets.shape[1])
        }
        // What is no class is refused with its place when it is read.
        return SampleShape(
            inputs: inputs.shape[1], classes: 1 + Int(min(max(labels.max() ?? 0, 0), 255)), numbers: 0)
    }

    public func values(of set: SampleSet) throws -> SampleValues? {
        guard let rows = rows(of: set) else { return nil }
        let numbers = self.numbers(targets, rows)
        return SampleValues(
            inputs: .numbers(self.numbers(inputs, rows)!), columns: inputs.shape[1],
            labels: try numbers == nil ? labels()[rows] : [], targets: numbers, count: rows.count, name: name,
            targetsName: targetsName)
    }

    private func rows(of set: SampleSet) -> Range<Int>? {
        switch set {
        case .train: trainRows
        case .test: testRows
        case .validation: nil
        }
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

/// Tables whose rows count for more or less while a network trains.
public struct WeightedTables: SampleTables {
    private var tables: any SampleTables
    private let weights: RowWeights

    /// - Parameter rows: of the whole table, the first of which are trained with.
    /// - Throws: `Failure` with `.badData` where there is no weight for each row, of the whole or of those that are trained with.
    public init(_ tables: any SampleTables, _ weights: RowWeights, rows: Int) throws {
        let trained = try tables.values(of: .train)?.count
        guard [rows, trained].contains(weights.values.count) else {
            let those = rows == trained ? "" : ", or of the \(trained ?? 0) that are trained with"
            throw Failure(
                .badData,
                "\(weights.name) holds \(counted(weights.values.count, "weight")); expected one for each of \(counted(rows, "row"))\(those)"
            )
        }
        (self.tables, self.weights) = (tables, weights)
    }

    public var name: String { tables.name }
    public var images: Dataset? { tables.images }
    public var columns: TableColumns? { tables.columns }
    public var table: PreparedTable? { tables.table }
    public var shape: SampleShape { tables.shape }

    public func values(of set: SampleSet) throws -> SampleValues? {
        let values = try tables.values(of: set)
        guard set == .train else { return values }
        return values.map { $0.weighted(by: weights.values.prefix($0.count), name: weights.name) }
    }

    public func prefix(train: Int?, test: Int?) throws -> WeightedTables {
        var kept = self
        kept.tables = try tables.prefix(train: train, test: test)
        return kept
    }
}
