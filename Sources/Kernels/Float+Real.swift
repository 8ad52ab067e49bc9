import CKernels

extension Float: Real {
    public static let exactWords = 1

    public static func gemmScratch(columns n: Int, depth k: Int) -> Int { ck_gemm_scratch_f32(n, k) }

    public static func gemm(
        transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Self>, lda: Int,
        b: UnsafePointer<Self>, ldb: Int, c: UnsafeMutablePointer<Self>, ldc: Int, scratch: UnsafeMutablePointer<Self>
    ) {
        ck_gemm_f32(transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, a, lda, b, ldb, c, ldc, scratch)
    }

    public static func expand(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Self>, stride: Int
    ) {
        ck_expand_f32(rows.raw, samples.baseAddress, samples.count, out, stride)
    }

    public static func gather(
        _ rows: NumberRows, samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Self>, stride: Int
    ) {
        ck_gather_f32(rows.raw, samples.baseAddress, samples.count, out, stride)
    }

    public static func inputProductScratch(inputs: Int, units n: Int) -> Int {
        ck_input_product_scratch_f32(inputs, n)
    }

    public static func inputProduct(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, weights: UnsafePointer<Self>, units n: Int,
        into out: UnsafeMutablePointer<Self>, stride: Int, scratch: UnsafeMutablePointer<Self>
    ) {
        ck_input_product_f32(rows.raw, samples.baseAddress, samples.count, weights, n, out, stride, scratch)
    }

    public static func inputGradientScratch(inputs: Int, units n: Int, stride: Int) -> Int {
        ck_input_gradient_scratch_f32(inputs, n, stride)
    }

    public static func inputGradient(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Self>, units n: Int,
        into gradient: UnsafeMutablePointer<Self>, stride: Int, scratch: UnsafeMutablePointer<Self>
    ) {
        ck_input_gradient_f32(rows.raw, samples.baseAddress, samples.count, delta, n, gradient, stride, scratch)
    }

    public static func activation(named name: String) -> Int32? { name.withCString { number(ck_activation_f32($0)) } }

    public static func activate(
        _ activation: Int32, sums: UnsafePointer<Self>, bias: UnsafePointer<Self>, units n: Int, stride: Int,
        into values: UnsafeMutablePointer<Self>, beside: UnsafeMutablePointer<Self>
    ) {
        ck_activate_f32(activation, sums, bias, n, stride, values, beside)
    }

    public static func drop(
        _ draws: DropoutDraws, layer: Int, samples: UnsafeBufferPointer<UInt32>, units n: Int, stride: Int,
        values: UnsafeMutablePointer<Self>, beside: UnsafeMutablePointer<Self>
    ) {
        ck_drop_f32(draws.raw, UInt32(layer), samples.baseAddress, samples.count, n, stride, values, beside)
    }

    public static func loss(named name: String) -> Int32? { name.withCString { number(ck_loss_f32($0)) } }

    public static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, labels: UnsafePointer<UInt8>,
        samples: UnsafeBufferPointer<UInt32>, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double {
        ck_loss_labels_f32(
            loss, activation, beside, labels, samples.baseAddress, samples.count, n, stride, share, parameter,
            sampleWeights, delta)
    }

    public static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, targets: UnsafePointer<UInt8>,
        count: Int, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double {
        ck_loss_bytes_f32(loss, activation, beside, targets, count, n, stride, share, parameter, sampleWeights, delta)
    }

    public static func loss(
        _ loss: Int32, activation: UnsafePointer<Self>, beside: UnsafePointer<Self>, targets: UnsafePointer<Self>,
        count: Int, units n: Int, stride: Int, share: Self, parameter: Self,
        sampleWeights: UnsafePointer<Self>?, delta: UnsafeMutablePointer<Self>
    ) -> Double {
        ck_loss_numbers_f32(loss, activation, beside, targets, count, n, stride, share, parameter, sampleWeights, delta)
    }

    public static func correct(
        activation: UnsafePointer<Self>, labels: UnsafePointer<UInt8>, samples: UnsafeBufferPointer<UInt32>,
        units n: Int, stride: Int
    ) -> Int {
        ck_correct_f32(activation, labels, samples.baseAddress, samples.count, n, stride)
    }

    public static func smallProduct(
        weights: UnsafePointer<Self>, iStep: Int, rStep: Int, outputs: Int, inputs: Int, input: UnsafePointer<Self>,
        output: UnsafeMutablePointer<Self>, columns: Int
    ) {
        ck_product_f32(weights, iStep, rStep, outputs, inputs, input, output, columns)
    }

    public static func smallOuter(
        activation: UnsafePointer<Self>, inputs: Int, delta: UnsafePointer<Self>, outputs: Int, columns: Int,
        gradient: UnsafeMutablePointer<Self>
    ) {
        ck_outer_f32(activation, inputs, delta, outputs, columns, gradient)
    }

    public static func rowSums(
        delta: UnsafePointer<Self>, units n: Int, columns: Int, sums: UnsafeMutablePointer<Self>
    ) {
        ck_row_sums_f32(delta, n, columns, sums)
    }

    public static func multiply(
        _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, count: Int, into out: UnsafeMutablePointer<Self>
    ) {
        ck_multiply_f32(a, b, count, out)
    }

    public static func clearTiny(_ values: UnsafeMutablePointer<Self>, count: Int) {
        ck_clear_tiny_f32(values, count)
    }

    public static func clearNegligible(_ derivatives: UnsafeMutablePointer<Self>, count: Int) {
        ck_clear_negligible_f32(derivatives, count)
    }

    public static func sensitivityStart(
        weights: UnsafePointer<Self>, units n: Int, upper: UnsafePointer<Self>, lower: UnsafePointer<Self>, stride: Int,
        first: Int, width: Int, s: UnsafeMutablePointer<Self>
    ) {
        ck_sensitivity_start_f32(weights, n, upper, lower, stride, first, width, s)
    }

    public static func sensitivityScale(
        s: UnsafeMutablePointer<Self>, units n: Int, width: Int, derivative: UnsafePointer<Self>, stride: Int
    ) {
        ck_sensitivity_scale_f32(s, n, width, derivative, stride)
    }

    public static func sensitivityContract(
        s: UnsafePointer<Self>, units n: Int, width: Int, u: UnsafePointer<Self>, stride: Int, first: Int,
        delta: UnsafeMutablePointer<Self>
    ) {
        ck_sensitivity_contract_f32(s, n, width, u, stride, first, delta)
    }

    public static func sensitivityLast(
        weights: UnsafePointer<Self>, units n: Int, upper: UnsafePointer<Self>, lower: UnsafePointer<Self>,
        u: UnsafePointer<Self>, stride: Int, width: Int, delta: UnsafeMutablePointer<Self>
    ) {
        ck_sensitivity_last_f32(weights, n, upper, lower, u, stride, width, delta)
    }

    public static func reconstructionScratch(inputs: Int, stride: Int) -> Int {
        ck_reconstruction_scratch_f32(inputs, stride)
    }

    public static func reconstruction(
        activation: UnsafePointer<Self>, inputs: Int, stride: Int, weights: UnsafePointer<Self>,
        bias: UnsafePointer<Self>, targets: ByteRows, samples: UnsafeBufferPointer<UInt32>, coefficient: Self,
        projected: UnsafeMutablePointer<Self>, gradient: UnsafeMutablePointer<Self>,
        biasGradient: UnsafeMutablePointer<Self>, scratch: UnsafeMutablePointer<Self>
    ) -> Double {
        ck_reconstruction_f32(
            activation, inputs, stride, samples.count, weights, bias, targets.raw, samples.baseAddress, coefficient,
            projected, gradient, biasGradient, scratch)
    }

    public static func largest(_ values: UnsafePointer<Self>, range: Range<Int>) -> Int64 {
        ck_largest_f32(values, range.lowerBound, range.upperBound)
    }

    public static func magnitude(bits: Int64) -> Self { Self(bitPattern: UInt32(bits)) }

    public static func exactSum(
        slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>, exponent: Int,
        words: UnsafeMutablePointer<Int64>, low: Int
    ) {
        ck_exact_sum_f32(
            slots, slotStride, count, range.lowerBound, range.upperBound, Int32(exponent), words, low)
    }

    public static func fromExact(
        words: UnsafePointer<Int64>, low: Int, range: Range<Int>, exponent: Int, into sums: UnsafeMutablePointer<Self>
    ) -> Bool {
        ck_from_exact_f32(words, low, range.lowerBound, range.upperBound, Int32(exponent), sums) == 1
    }

    public static func plainSum(
        slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>,
        into sums: UnsafeMutablePointer<Self>
    ) {
        ck_plain_sum_f32(slots, slotStride, count, range.lowerBound, range.upperBound, sums)
    }

    public static func norms(
        _ values: UnsafePointer<Self>, range: Range<Int>, block: Int, into norms: UnsafeMutablePointer<Double>
    ) {
        ck_norms_f32(values, range.lowerBound, range.upperBound, block, norms)
    }

    public static func dots(
        _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, range: Range<Int>, block: Int,
        into dots: UnsafeMutablePointer<Double>
    ) {
        ck_dots_f32(x, y, range.lowerBound, range.upperBound, block, dots)
    }

    public static func combine(
        _ a: Double, _ x: UnsafePointer<Self>, _ b: Double, _ y: UnsafePointer<Self>, range: Range<Int>,
        into out: UnsafeMutablePointer<Self>
    ) {
        ck_combine_f32(a, x, b, y, range.lowerBound, range.upperBound, out)
    }

    public static func step(
        _ update: Update, gradient: UnsafePointer<Self>, range: Range<Int>, state: UnsafeMutablePointer<Self>,
        stateStride: Int, weights: UnsafeMutablePointer<Self>
    ) {
        ck_step_f32(update.raw, gradient, range.lowerBound, range.upperBound, state, stateStride, weights)
    }

    public static func exactStep(
        _ update: Update, slots: UnsafePointer<Self>, slotStride: Int, count: Int, range: Range<Int>, exponent: Int,
        state: UnsafeMutablePointer<Self>, stateStride: Int, weights: UnsafeMutablePointer<Self>
    ) -> Bool {
        ck_exact_step_f32(
            update.raw, slots, slotStride, count, range.lowerBound, range.upperBound, Int32(exponent), state,
            stateStride, weights) == 1
    }
}
