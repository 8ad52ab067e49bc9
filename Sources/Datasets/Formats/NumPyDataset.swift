import Storage

/// Rows of numbers and what is asked of each, from two files of NumPy's: the first rows to train with, those behind them to
/// test with.
public struct NumPyDataset: Sendable {
    /// The file of the inputs.
    public let name: String
    public let targetsName: String
    /// [N, n_0], float32 or float64.
    public let inputs: NumPyArray
    /// Integers [N], or numbers [N, n_L].
    public let targets: NumPyArray
    public private(set) var trainRows: Range<Int>
    public private(set) var testRows: Range<Int>

    /// - Parameters:
    ///   - trainLimit: rows to train with; nine tenths where none are given.
    ///   - testLimit: at most so many of the others to test with.
    /// - Throws: `Failure`, as `NumPyArray.read` says; `.badData` also where the shapes are not as they should be, or not
    ///   equally long.
    public init(inputs path: String, targets targetsPath: String, trainLimit: Int?, testLimit: Int?) throws {
        try self.init(
            inputs: NumPyArray.read(path: path), named: path, targets: NumPyArray.read(path: targetsPath),
            named: targetsPath, trainLimit: trainLimit, testLimit: testLimit)
    }

    /// The same of arrays that were read, or made; the names stand for the files in messages.
    public init(
        inputs: NumPyArray, named name: String, targets: NumPyArray, named targetsName: String, trainLimit: Int?,
        testLimit: Int?
    ) throws {
        guard inputs.shape.count == 2, !inputs.elements.areIntegers else {
            throw Failure(.badData, "\(name): expected float32 or float64 [rows, inputs], found \(inputs)")
        }
        let isLabels = targets.elements.areIntegers
        guard targets.shape.count == (isLabels ? 1 : 2) else {
            throw Failure(
                .badData, "\(targetsName): expected integers [rows], or numbers [rows, outputs], found \(targets)")
        }
        let count = inputs.shape[0]
        guard targets.shape[0] == count else {
            throw Failure(
                .badData, "\(targetsName) holds \(counted(targets.shape[0], "row")), \(name) \(count); expected as many"
            )
        }
        guard count >= 2, inputs.shape[1] > 0, isLabels || targets.shape[1] > 0 else {
            throw Failure(.badData, "\(name): expected two rows or more, one to train with and one to test with")
        }
        self.name = name
        self.targetsName = targetsName
        self.inputs = inputs
        self.targets = targets
        let first = min(trainLimit ?? max(1, count * 9 / 10), count - 1)
        trainRows = 0..<first
        testRows = first..<min(testLimit ?? count, count - first) + first
    }

    /// The first rows of both sets; all of a set whose limit is nil.
    public func prefix(train: Int?, test: Int?) -> NumPyDataset {
        var kept = self
        kept.trainRows = trainRows.prefix(train ?? .max)
        kept.testRows = testRows.prefix(test ?? .max)
        return kept
    }
}

extension NumPyArray.Elements {
    public var areIntegers: Bool { if case .integers = self { true } else { false } }
}

extension NumPyArray: CustomStringConvertible {
    /// What it is of: `float64 [150, 4]`.
    public var description: String {
        let type =
            switch elements {
            case .float32: "float32"
            case .float64: "float64"
            case .integers: "integers"
            }
        return "\(type) \(shape)"
    }
}
