import Kernels

/// Samples as they were read, in arrays or parts of them: what their memory is filled from, see `SampleLayout`.
///
/// A part of an array keeps its places in it, so that messages name a file's rows.
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
    /// What messages call the samples, what is asked of them, and their weights: the files that they are from.
    public let name: String
    public let targetsName: String
    private(set) var weightsName = ""

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

    /// What a weight can be, beside 0: sums of any number of them, and what they are of each other, are numbers.
    public static let weightRange = 1e-100...1e100

    /// Numbers that are asked for of each sample.
    var targetColumns: Int { count == 0 ? 0 : (targets?.count ?? 0) / count }
}
