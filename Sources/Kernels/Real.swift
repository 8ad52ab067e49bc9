/// A precision that the kernels exist in: `Float` or `Double`.
///
/// Each requirement is one function of `CKernels.h`, which says what it computes. Buffers are the caller's, hold exactly the counts named (and `kernelPadding` readable bytes more), and are not checked here.
/// Matrices of a slice are unit-major (row = unit, column = sample, row length `stride`), weights are input-major
/// (n_in × n_out). No kernel allocates or throws; NaN and infinity pass through.
public protocol Real: BinaryFloatingPoint, Sendable {
    /// 64-bit words that one value of an exact sum takes.
    static var exactWords: Int { get }
    /// Elements of scratch memory that `gemm` needs, at most.
    static func gemmScratch(columns n: Int, depth k: Int) -> Int
    /// C (m × n) = op(A) · op(B), row-major; each number is one chain of fused multiply-adds by ascending k.
    static func gemm(
        transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Self>, lda: Int,
        b: UnsafePointer<Self>, ldb: Int, c: UnsafeMutablePointer<Self>, ldc: Int, scratch: UnsafeMutablePointer<Self>
    )
    /// The chosen rows as numbers b/255, unit-major: `out` is n_0 × stride, zero in the padding.
    static func expand(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Self>, stride: Int
    )
    /// The chosen rows' numbers, rounded to this precision, unit-major: `out` is columns × stride, zero in the padding.
    static func gather(
        _ rows: NumberRows, samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Self>, stride: Int
    )
    /// Elements of scratch memory that `inputProduct` needs.
    static func inputProductScratch(inputs: Int, units n: Int) -> Int
    /// `out` (n × stride) = weightsᵀ · the rows' numbers; compressed rows only.
    static func inputProduct(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, weights: UnsafePointer<Self>, units n: Int,
        into out: UnsafeMutablePointer<Self>, stride: Int, scratch: UnsafeMutablePointer<Self>
    )
    /// Elements of scratch memory that `inputGradient` needs.
    static func inputGradientScratch(inputs: Int, units n: Int, stride: Int) -> Int
    /// `gradient` (n_0 × n) = the rows' numbersᵀ · deltaᵀ; compressed rows only.
    static func inputGradient(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Self>, units n: Int,
        into gradient: UnsafeMutablePointer<Self>, stride: Int, scratch: UnsafeMutablePointer<Self>
    )
    /// The number of the activation that the file `name` of CKernels' activations makes; nil where there is none.
    static func activation(named name: String) -> Int32?
    /// values = g(sums + bias), n × stride, and beside them g'(sums + bias), or of softmax ln(values), of sigmoid_of_sums the
    /// sums with their bias; in place allowed.
    ///
    /// Error: sigmoid and silu are within 4 ulp, tanh 3, leaky_relu, elu and softplus 2, gelu within 4 ulp, or an ε of one where
    /// that is more; derivatives within 4 ε of one. With |h| the largest sum's size, softmax is within (n + 8 + |h|)·ε of
    /// itself, and its logarithms within (n + 8)·ε·|h|.
    static func activate(
        _ activation: Int32, sums: UnsafePointer<Self>, bias: UnsafePointer<Self>, units n: Int, stride: Int,
        into values: UnsafeMutablePointer<Self>, beside: UnsafeMutablePointer<Self>
    )
    /// Dropout of a layer's activations and of what stands beside them, n × stride: zero where the unit is dropped, multiplied
    /// where it is kept.
    static func drop(
        _ draws: DropoutDraws, layer: Int, samples: UnsafeBufferPointer<UInt32>, units n: Int, stride: Int,
        values: UnsafeMutablePointer<Self>, beside: UnsafeMutablePointer<Self>
    )
    /// The number of the loss that the file `name` of CKernels' heads makes; nil where there is none.
    static func loss(named name: String) -> Int32?
    /// Σ of the loss's terms against one-hot labels, over units and samples; delta = share · ∂Σ/∂h, zero in the padding.
    ///
    /// `activation` and `beside` are as `activate` leaves them; `parameter` is quantile's level, and for others anything.
    /// `sampleWeights`, a number for each of `stride` samples and zero in the padding, multiply each sample's terms and
    /// derivatives: a sample of weight 0 adds nothing, whatever its loss. nil where all count the same.
    static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, labels: UnsafePointer<UInt8>,
        samples: UnsafeBufferPointer<UInt32>, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double
    /// The same against target bytes, n × stride, 255 standing for one.
    static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, targets: UnsafePointer<UInt8>,
        count: Int, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double
    /// The same against numbers, n × stride.
    static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, targets: UnsafePointer<Self>,
        count: Int, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double
    /// How many samples have their largest activation (the first of equals) at their label.
    static func correct(
        activation: UnsafePointer<Self>, labels: UnsafePointer<UInt8>, samples: UnsafeBufferPointer<UInt32>,
        units n: Int, stride: Int
    ) -> Int
    /// out[i][c] = Σ_r weights[i·iStep + r·rStep] · input[r][c]; columns a multiple of `sampleGroup`.
    static func smallProduct(
        weights: UnsafePointer<Self>, iStep: Int, rStep: Int, outputs: Int, inputs: Int, input: UnsafePointer<Self>,
        output: UnsafeMutablePointer<Self>, columns: Int
    )
    /// gradient[r][i] = Σ_c activation[r][c] · delta[i][c].
    static func smallOuter(
        activation: UnsafePointer<Self>, inputs: Int, delta: UnsafePointer<Self>, outputs: Int, columns: Int,
        gradient: UnsafeMutablePointer<Self>
    )
    /// sums[i] = Σ_c delta[i][c].
    static func rowSums(
        delta: UnsafePointer<Self>, units n: Int, columns: Int, sums: UnsafeMutablePointer<Self>
    )
    /// out[e] = a[e] · b[e], as `clearTiny` leaves it.
    static func multiply(
        _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, count: Int, into out: UnsafeMutablePointer<Self>
    )
    /// Zero in place of activations or deltas too small to tell, below 2^-102 in float32, 2^-969 in float64: their products
    /// with weights would be subnormal, which some processors are slow at. `count` is a multiple of `sampleGroup`.
    static func clearTiny(_ values: UnsafeMutablePointer<Self>, count: Int)
    /// Zero in place of activations' derivatives too small to tell, below 2^-48 in float32, 2^-106 in float64: so are products
    /// of two such. `count` is a multiple of `sampleGroup`.
    static func clearNegligible(_ derivatives: UnsafeMutablePointer<Self>, count: Int)
    /// s[i][j] = upper[i] · weights[first + j][i] · lower[first + j], for one group of samples and j < width; these, and what the
    /// next three make of them, are as `clearTiny` leaves them.
    static func sensitivityStart(
        weights: UnsafePointer<Self>, units n: Int, upper: UnsafePointer<Self>, lower: UnsafePointer<Self>, stride: Int,
        first: Int, width: Int, s: UnsafeMutablePointer<Self>
    )
    /// s[i][j] *= derivative[i], for one group.
    static func sensitivityScale(
        s: UnsafeMutablePointer<Self>, units n: Int, width: Int, derivative: UnsafePointer<Self>, stride: Int
    )
    /// delta[first + j] = Σ_i s[i][j] · u[i], for one group.
    static func sensitivityContract(
        s: UnsafePointer<Self>, units n: Int, width: Int, u: UnsafePointer<Self>, stride: Int, first: Int,
        delta: UnsafeMutablePointer<Self>
    )
    /// delta[j] = Σ_i (upper[i] · weights[j][i] · lower[j]) · u[i], j < width, for all columns: start and contraction in
    /// one.
    static func sensitivityLast(
        weights: UnsafePointer<Self>, units n: Int, upper: UnsafePointer<Self>, lower: UnsafePointer<Self>,
        u: UnsafePointer<Self>, stride: Int, width: Int, delta: UnsafeMutablePointer<Self>
    )
    /// Elements of scratch memory that `reconstruction` needs.
    static func reconstructionScratch(inputs: Int, stride: Int) -> Int
    /// An autoencoder's output layer, from its input `activation` (n_in × stride) to its gradient, of B samples against
    /// their dense rows, 255 standing for one; returns Σ error².
    ///
    ///     a = sigmoid(Wᵀ·activation + bias),   delta = coefficient · (a − target) · a(1 − a)
    ///     projected (n_in × stride) = W · delta, zero in the padding
    ///     gradient (n_in × n) = activation · deltaᵀ,   biasGradient = Σ_b delta
    ///
    /// Complexity: 6·B·n_in·n flops and B·n sigmoids.
    static func reconstruction(
        activation: UnsafePointer<Self>, inputs: Int, stride: Int, weights: UnsafePointer<Self>,
        bias: UnsafePointer<Self>, targets: ByteRows, samples: UnsafeBufferPointer<UInt32>, coefficient: Self,
        projected: UnsafeMutablePointer<Self>, gradient: UnsafeMutablePointer<Self>,
        biasGradient: UnsafeMutablePointer<Self>, scratch: UnsafeMutablePointer<Self>
    ) -> Double
    /// out[e] = function(x[e]), in place allowed. Error in Float: 1 ulp (log), 2 (exp, erf, softplus), 3 (tanh); in Double as
    /// `Functions` has it.
    static func map(
        _ function: ArrayFunction, _ x: UnsafePointer<Self>, count: Int, into out: UnsafeMutablePointer<Self>)
    /// The largest magnitude on `range`, as its bits: NaN is larger than infinity, and that than any number.
    static func largest(_ values: UnsafePointer<Self>, range: Range<Int>) -> Int64
    /// The magnitude that has these bits.
    static func magnitude(bits: Int64) -> Self
    /// words = Σ over slots of round(value · 2^p), on `range`; p is 50 − exponent, of Double 49, and a second word goes on
    /// 51 places below.
    ///
    /// - Parameter exponent: of the largest magnitude of all that is added; there are up to 4096 slots of it.
    static func exactSum(
        slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>, exponent: Int,
        words: UnsafeMutablePointer<Int64>, low: Int
    )
    /// sums = words · 2^-p, on `range`; false where one is beyond the largest number.
    static func fromExact(
        words: UnsafePointer<Int64>, low: Int, range: Range<Int>, exponent: Int, into sums: UnsafeMutablePointer<Self>
    ) -> Bool
    /// sums = Σ over slots, in their order, on `range`.
    static func plainSum(
        slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>,
        into sums: UnsafeMutablePointer<Self>
    )
    /// norms[i] = √Σ v² of the i-th `block` values of `range`, the last perhaps of fewer; scaled on the way, so that no square
    /// is beyond the largest number or lost below the least. The bits depend on the values and their order alone.
    static func norms(
        _ values: UnsafePointer<Self>, range: Range<Int>, block: Int, into norms: UnsafeMutablePointer<Double>
    )
    /// dots[i] = Σ x·y of the i-th `block` values of `range`, the last perhaps of fewer, in Double. The bits depend on the values
    /// and their order alone.
    static func dots(
        _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, range: Range<Int>, block: Int,
        into dots: UnsafeMutablePointer<Double>
    )
    /// out = a·x + b·y on `range`, in Double and rounded once; in place allowed.
    static func combine(
        _ a: Double, _ x: UnsafePointer<Self>, _ b: Double, _ y: UnsafePointer<Self>, range: Range<Int>,
        into out: UnsafeMutablePointer<Self>
    )
    /// An optimiser's step with this gradient, of the weights and of its state's vectors, which lie `stateStride` apart; on
    /// `range`.
    static func step(
        _ update: Update, gradient: UnsafePointer<Self>, range: Range<Int>, state: UnsafeMutablePointer<Self>,
        stateStride: Int, weights: UnsafeMutablePointer<Self>
    )
    /// The exact sum over slots, its numbers and the step with them, on `range`, in one pass that keeps nothing in memory
    /// between; false as `fromExact`. Of no slots the sum is 0.
    static func exactStep(
        _ update: Update, slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>, exponent: Int,
        state: UnsafeMutablePointer<Self>, stateStride: Int, weights: UnsafeMutablePointer<Self>
    ) -> Bool
    /// Numbers that the deltas of `n` units take for a sample of an `InputSlice`.
    static func inputRow(units n: Int) -> Int
    /// As `InputSlice.fill`.
    static func fill(
        _ slice: InputSlice<Self>, _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Self>,
        stride: Int)
    /// Elements of scratch memory that the three functions for `InputSlices` need.
    static func inputRowsScratch(_ slices: InputSlices<Self>) -> Int
    /// As `largest`, over elements of the first layer's gradient of all slices.
    static func largest(_ slices: InputSlices<Self>, range: Range<Int>, scratch: UnsafeMutablePointer<Self>) -> Int64
    /// As `exactSum`.
    static func exactSum(
        _ slices: InputSlices<Self>, range: Range<Int>, exponent: Int, words: UnsafeMutablePointer<Int64>, low: Int,
        scratch: UnsafeMutablePointer<Self>)
    /// As `exactStep`.
    static func exactStep(
        _ update: Update, _ slices: InputSlices<Self>, range: Range<Int>, exponent: Int,
        state: UnsafeMutablePointer<Self>, stateStride: Int, weights: UnsafeMutablePointer<Self>,
        scratch: UnsafeMutablePointer<Self>
    ) -> Bool
}

/// A number in a list of CKernels; nil where a name is in none.
func number(_ found: Int32) -> Int32? { found < 0 ? nil : found }
