/// The sizes of a dense network's layers, and where its parameters lie in one flat buffer.
///
/// Layers 0…L with sizes n_0…n_L. Weights Wᵏ connect layer k to k+1, k in 0..<L. In memory they are **input-major**,
/// n_k × n_{k+1}: all that one input touches lies together, which is what the sparse input layer needs. In files
/// they are output-major, as PyTorch has them (`TensorLayout` converts). Order: W⁰, b⁰, W¹, b¹, …
public struct Topology: Equatable, Sendable, CustomStringConvertible {
    /// n_0…n_L.
    public let sizes: [Int]
    private let weightOffsets: [Int]
    /// Weights and biases of all layers.
    public let parameterCount: Int

    /// The article's classifier of digits.
    public static let classifier = Topology(sizes: [784, 16, 16, 10])!
    /// The article's autoencoder.
    public static let autoencoder = Topology(sizes: [784, 64, 784])!

    /// - Returns: nil unless there are two layers or more, each of 1…2²⁰ units, with fewer than 2³¹ parameters.
    public init?(sizes: [Int]) {
        guard sizes.count >= 2, sizes.allSatisfy({ (1...1 << 20).contains($0) }) else { return nil }
        var offsets: [Int] = []
        var count = 0
        for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
            offsets.append(count)
            count += (inputs + 1) * outputs
            guard count < 1 << 31 else { return nil }
        }
        self.sizes = sizes
        weightOffsets = offsets
        parameterCount = count
    }

    /// `classifier`, `autoencoder`, or sizes joined by `x`: `784x16x16x10`.
    public init?(_ text: String) {
        switch text {
        case "classifier": self = .classifier
        case "autoencoder": self = .autoencoder
        default:
            let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard !sizes.contains(nil) else { return nil }
            self.init(sizes: sizes.compactMap { $0 })
        }
    }

    public static func == (a: Topology, b: Topology) -> Bool { a.sizes == b.sizes }

    public var description: String { sizes.map(String.init).joined(separator: "x") }

    /// L: the number of weight matrices, and the index of the output layer.
    public var depth: Int { sizes.count - 1 }
    public var inputCount: Int { sizes[0] }
    public var outputCount: Int { sizes[depth] }

    /// Where Wᵏ starts.
    public func weights(_ k: Int) -> Int { weightOffsets[k] }

    /// Where bᵏ starts.
    public func biases(_ k: Int) -> Int { weightOffsets[k] + sizes[k] * sizes[k + 1] }

    /// The weight matrix k that parameter `index` belongs to, or whose layer's bias it is.
    public func layer(ofParameter index: Int) -> Int {
        weightOffsets.lastIndex { $0 <= index } ?? 0
    }

    /// The tensors of a file, in its order.
    public var tensors: [TensorLayout] {
        (0..<depth).flatMap { k in
            [
                TensorLayout(name: "\(2 * k).weight", shape: [sizes[k + 1], sizes[k]], offset: weights(k)),
                TensorLayout(name: "\(2 * k).bias", shape: [sizes[k + 1]], offset: biases(k)),
            ]
        }
    }
}

/// One tensor: named and shaped as in `torch.nn.Sequential(Linear, Sigmoid, …).state_dict()`, at `offset` in memory.
public struct TensorLayout: Equatable, Sendable {
    public let name: String
    /// [n_{k+1}, n_k] of weights, [n_{k+1}] of biases.
    public let shape: [Int]
    public let offset: Int

    public var count: Int { shape.reduce(1, *) }
    /// The number of inputs that a weight tensor has; biases count as one.
    var inputs: Int { shape.count == 2 ? shape[1] : 1 }

    /// The place in memory of the file's element `index`.
    func place(_ index: Int) -> Int {
        let (output, input) = index.quotientAndRemainder(dividingBy: inputs)
        return offset + input * shape[0] + output
    }

    /// The tensor's values in the file's order (output-major).
    ///
    /// Checkpoints take it while workers compute: generic code took 4 ms for the classifier, a third of an epoch.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func export<Scalar>(from parameters: UnsafePointer<Scalar>) -> [Scalar] {
        let (outputs, inputs) = (shape[0], self.inputs)
        return [Scalar](unsafeUninitializedCapacity: count) { values, initialised in
            var next = values.baseAddress!
            for output in 0..<outputs {
                for input in 0..<inputs {
                    next.initialize(to: parameters[offset + input * outputs + output])
                    next += 1
                }
            }
            initialised = outputs * inputs
        }
    }

    /// Puts values in the file's order to their places.
    ///
    /// - Precondition: `values` holds `count`.
    public func place<Scalar>(_ values: [Scalar], into parameters: UnsafeMutablePointer<Scalar>) {
        precondition(values.count == count)
        for (index, value) in values.enumerated() { parameters[place(index)] = value }
    }
}

/// As its text: `"784x16x16x10"`.
extension Topology: TextCoded {
    public static func refusal(of text: String) -> String { "'\(text)' is not a network" }
}
