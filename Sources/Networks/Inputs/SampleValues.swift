import Kernels

/// Samples as they were read, in arrays or parts of them: what their memory is filled from, see `SampleLayout`.
///
/// A part of an array keeps its places in it, so that messages name a file's rows; samples that stand otherwise in their file
/// say which rows they are.
public struct SampleValues: Sendable {
    public let count: Int
    public let inputs: Inputs
    /// Numbers of a sample, n_0.
    public let columns: Int
    /// A class for each sample; empty where nobody knows them.
    public let labels: ArraySlice<UInt8>
    /// n_L numbers for each sample, where such are asked for.
    public let targets: Numbers?
    /// What each sample counts; empty where all count the same.
    public private(set) var weights: ArraySlice<Double> = []
    /// The rows of their file that the samples are, from 0; nil where their places in the arrays say it.
    private var rows: [Int]?
    /// What messages call the samples, what is asked of them, and their weights: the files that they are from.
    public let name: String
    public let targetsName: String
    private(set) var weightsName = ""
    /// How messages begin that are about an input or a number that is asked for; nil for the files, rows and columns by number.
    private var words: (input: Words, target: Words)?

    /// `file: line 7, column price is 1e+300`, of a number by its row in the file, its column and what it is.
    public typealias Words = @Sendable (_ row: Int, _ column: Int, _ number: Double) -> String

    public enum Inputs: Sendable {
        case bytes(ArraySlice<UInt8>)
        case numbers(Numbers)
        case sparse(Sparse)
    }

    /// Rows of which only those numbers are kept that are not zero.
    public struct Sparse: Sendable {
        /// Where each row begins in the arrays, and behind the last where it ends.
        public let starts: ArraySlice<Int>
        /// The columns of the numbers, ascending within a row.
        public let places: [UInt32]
        public let numbers: [Double]

        /// - Precondition: starts within the arrays, which are equally long.
        public init(starts: ArraySlice<Int>, places: [UInt32], numbers: [Double]) {
            precondition(places.count == numbers.count && (starts.last ?? 0) <= numbers.count && !starts.isEmpty)
            (self.starts, self.places, self.numbers) = (starts, places, numbers)
        }

        public var count: Int { starts.count - 1 }

        /// Some of the rows, by their numbers from 0, in arrays of their own.
        func choosing(_ rows: [Int]) -> Sparse {
            let kept = rows.map { starts[starts.startIndex + $0]..<starts[starts.startIndex + $0 + 1] }
            return Sparse(
                starts: kept.reduce(into: [0]) { $0.append($0.last! + $1.count) }[...],
                places: kept.flatMap { places[$0] }, numbers: kept.flatMap { numbers[$0] })
        }

        /// What is kept of these rows, in the arrays.
        var kept: Range<Int> { starts.first!..<starts.last! }
    }

    /// Numbers as they were read.
    public enum Numbers: Sendable {
        case float32(ArraySlice<Float>)
        case float64(ArraySlice<Double>)

        public var count: Int {
            switch self {
            case .float32(let values): values.count
            case .float64(let values): values.count
            }
        }

        var startIndex: Int {
            switch self {
            case .float32(let values): values.startIndex
            case .float64(let values): values.startIndex
            }
        }

        /// The first that is not in `range`, or no number, with its place in the file.
        func first(outside range: ClosedRange<Double>) -> (index: Int, value: Double)? {
            func first<Value: BinaryFloatingPoint>(_ values: ArraySlice<Value>) -> (index: Int, value: Double)? {
                values.firstIndex { !range.contains(Double($0)) }.map { ($0, Double(values[$0])) }
            }
            return switch self {
            case .float32(let values): first(values)
            case .float64(let values): first(values)
            }
        }
    }

    /// - Precondition: `count` samples of everything that is there.
    public init(
        inputs: Inputs, columns: Int, labels: ArraySlice<UInt8> = [], targets: Numbers? = nil, count: Int, name: String,
        targetsName: String
    ) {
        let inputCount =
            switch inputs {
            case .bytes(let bytes): bytes.count
            case .numbers(let numbers): numbers.count
            case .sparse(let rows): rows.count * columns
            }
        precondition(inputCount == count * columns && (labels.isEmpty || labels.count == count))
        precondition(targets == nil || count > 0 && targets!.count.isMultiple(of: count))
        self.count = count
        self.inputs = inputs
        self.columns = columns
        self.labels = labels
        self.targets = targets
        self.name = name
        self.targetsName = targetsName
    }

    /// The same with a weight each.
    ///
    /// - Precondition: `count` weights.
    public func weighted(by weights: ArraySlice<Double>, name: String) -> SampleValues {
        precondition(weights.count == count)
        var weighted = self
        (weighted.weights, weighted.weightsName) = (weights, name)
        return weighted
    }

    /// The same, which are these rows of their file, from 0.
    ///
    /// - Precondition: `count` rows, and arrays that begin at 0.
    public func numbered(by rows: [Int]) -> SampleValues {
        precondition(rows.count == count)
        var numbered = self
        numbered.rows = rows
        return numbered
    }

    /// The same, of which messages say by these where a number stands.
    public func worded(input: @escaping Words, target: @escaping Words) -> SampleValues {
        var worded = self
        worded.words = (input, target)
        return worded
    }

    /// How a message begins about an input, by its row's place in the arrays.
    func words(ofInput column: Int, atPlace place: Int, _ number: Double) -> String {
        words?.input(row(atPlace: place), column, number)
            ?? "\(name): row \(row(atPlace: place)), column \(column) is \(number)"
    }

    /// Likewise, about a number that is asked for.
    func words(ofTarget column: Int, atPlace place: Int, _ number: Double) -> String {
        words?.target(row(atPlace: place), column, number)
            ?? "\(targetsName): row \(row(atPlace: place)), column \(column) is \(number)"
    }

    public var indices: Range<Int> { 0..<count }

    /// The row of its file, from 0, that a sample is.
    public func row(of sample: Int) -> Int { row(atPlace: sample + firstPlace) }

    /// Likewise, by the place in the arrays.
    func row(atPlace place: Int) -> Int { rows?[place] ?? place }

    private var firstPlace: Int {
        switch inputs {
        case .bytes(let bytes): bytes.startIndex / max(1, columns)
        case .numbers(let numbers): numbers.startIndex / max(1, columns)
        case .sparse(let rows): rows.starts.startIndex
        }
    }

    /// Some of the samples, by their numbers from 0, in arrays of their own.
    public func choosing(_ numbers: [Int]) -> SampleValues {
        func chosen<Element>(_ all: ArraySlice<Element>, _ width: Int) -> ArraySlice<Element> {
            var part: [Element] = []
            part.reserveCapacity(numbers.count * width)
            for number in numbers {
                let first = all.startIndex + number * width
                part.append(contentsOf: all[first..<first + width])
            }
            return part[...]
        }
        func chosen(_ all: Numbers, _ width: Int) -> Numbers {
            switch all {
            case .float32(let values): .float32(chosen(values, width))
            case .float64(let values): .float64(chosen(values, width))
            }
        }
        let inputs: Inputs =
            switch self.inputs {
            case .bytes(let bytes): .bytes(chosen(bytes, columns))
            case .numbers(let all): .numbers(chosen(all, columns))
            case .sparse(let rows): .sparse(rows.choosing(numbers))
            }
        var part = SampleValues(
            inputs: inputs, columns: columns, labels: labels.isEmpty ? [] : chosen(labels, 1),
            targets: numbers.isEmpty ? nil : targets.map { chosen($0, targetColumns) }, count: numbers.count,
            name: name, targetsName: targetsName)
        part.weights = weights.isEmpty ? [] : chosen(weights, 1)
        part.weightsName = weightsName
        part.words = words
        part.rows = numbers.map { row(of: $0) }
        return part
    }

    /// The same, of which all count the same.
    public var unweighted: SampleValues {
        var same = self
        same.weights = []
        return same
    }

    /// What a weight can be, beside 0: sums of any number of them, and what they are of each other, are numbers.
    public static let weightRange = 1e-100...1e100

    /// Numbers that are asked for of each sample.
    var targetColumns: Int { count == 0 ? 0 : (targets?.count ?? 0) / count }
}
