import CKernels

extension Float {
    public static func inputRow(units n: Int) -> Int { ck_input_row_f32(n) }

    public static func fill(
        _ slice: InputSlice<Self>, _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Self>,
        stride: Int
    ) {
        ck_input_slice_f32(
            rows.raw, samples.baseAddress, samples.count, delta, slice.shape.units, stride, slice.values,
            slice.shape.stride, slice.deltas)
    }

    public static func inputRowsScratch(_ slices: InputSlices<Self>) -> Int {
        withUnsafePointer(to: slices.raw) { ck_input_rows_scratch_f32($0) }
    }

    public static func largest(
        _ slices: InputSlices<Self>, range: Range<Int>, scratch: UnsafeMutablePointer<Self>
    ) -> Int64 {
        withUnsafePointer(to: slices.raw) {
            ck_input_rows_largest_f32($0, slices.deltas, range.lowerBound, range.upperBound, scratch)
        }
    }

    public static func exactSum(
        _ slices: InputSlices<Self>, range: Range<Int>, exponent: Int, words: UnsafeMutablePointer<Int64>, low: Int,
        scratch: UnsafeMutablePointer<Self>
    ) {
        withUnsafePointer(to: slices.raw) {
            ck_input_rows_exact_sum_f32(
                $0, slices.deltas, range.lowerBound, range.upperBound, Int32(exponent), words, low, scratch)
        }
    }

    public static func exactStep(
        _ update: Update, _ slices: InputSlices<Self>, range: Range<Int>, exponent: Int,
        state: UnsafeMutablePointer<Self>, stateStride: Int, weights: UnsafeMutablePointer<Self>,
        scratch: UnsafeMutablePointer<Self>
    ) -> Bool {
        withUnsafePointer(to: slices.raw) {
            ck_input_rows_exact_step_f32(
                update.raw, $0, slices.deltas, range.lowerBound, range.upperBound, Int32(exponent), state, stateStride,
                weights, scratch) == 1
        }
    }
}
