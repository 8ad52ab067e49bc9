import Kernels

/// The two products of a network's first layer, whatever form its inputs are held in.
///
/// Compressed rows stay as they are. Rows of any other form become the matrix a⁰, a slice at a time, and go by the products
/// of any layer: each number is one chain of fused multiply-adds by ascending index.
final class InputLayer<Scalar: Real> {
    private let store: InputStore
    private let inputs: Int
    private let units: Int
    private let products: Products<Scalar>
    /// a⁰, n_0 × stride; only where rows are not compressed.
    private let matrix: ScratchMemory<Scalar>?
    private let productScratch: ScratchMemory<Scalar>
    private var gradientScratch: ScratchMemory<Scalar>?

    /// - Parameters:
    ///   - stride: columns of a slice's matrices, at most.
    ///   - products: with memory for a layer of this shape, unless the rows are compressed.
    init(_ store: InputStore, topology: Topology, stride: Int, products: Products<Scalar>) {
        precondition(store.columns == topology.inputCount)
        self.store = store
        self.products = products
        (inputs, units) = (topology.inputCount, topology.sizes[1])
        let isCompressed = store.compressed != nil
        matrix = isCompressed ? nil : ScratchMemory(count: inputs * stride)
        productScratch = ScratchMemory(
            count: isCompressed ? Scalar.inputProductScratch(inputs: inputs, units: units) : 0)
    }

    /// Memory for `gradient`, of slices of up to `stride` columns.
    func prepareGradient(stride: Int) {
        gradientScratch = ScratchMemory(
            count: matrix == nil ? Scalar.inputGradientScratch(inputs: inputs, units: units, stride: stride) : 0)
    }

    /// How much the first layer's gradient of a slice of `capacity` samples is made of, where it is worth leaving that instead.
    static func slicesShape(_ store: InputStore, units: Int, capacity: Int) -> InputSlicesShape? {
        guard store.compressed != nil else { return nil }
        let shape = InputSlicesShape(inputs: store.columns, units: units, capacity: capacity)
        return shape.isWorthIt ? shape : nil
    }

    /// h¹ without its bias, n_1 × stride.
    ///
    /// - Complexity: 2·B·n_0·n_1 flops; of compressed rows only for inputs that are not zero.
    func product(
        _ batch: UnsafeBufferPointer<UInt32>, weights: UnsafePointer<Scalar>, into out: UnsafeMutablePointer<Scalar>,
        stride: Int
    ) {
        if let matrix {
            store.fill(matrix.base, with: batch, stride: stride)
            products.forward(weights, inputs: inputs, outputs: units, matrix.base, into: out, columns: stride)
        } else if let rows = store.compressed {
            Scalar.inputProduct(
                rows, samples: batch, weights: weights, units: units, into: out, stride: stride,
                scratch: productScratch.base)
        }
    }

    /// The gradient of W⁰ from the first layer's deltas, n_1 × stride, of the samples whose product was computed last; with
    /// `slice` what it is made of is left there, and not the gradient.
    ///
    /// - Precondition: `prepareGradient` was called.
    func gradient(
        _ batch: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>, slice: InputSlice<Scalar>?, stride: Int
    ) {
        if let matrix {
            products.outer(
                matrix.base, inputs: inputs, delta, outputs: units, columns: stride, into: gradient)
        } else if let rows = store.compressed, let gradientScratch {
            if let slice {
                slice.fill(rows, samples: batch, delta: delta, stride: stride)
                return
            }
            Scalar.inputGradient(
                rows, samples: batch, delta: delta, units: units, into: gradient, stride: stride,
                scratch: gradientScratch.base)
        }
    }
}
