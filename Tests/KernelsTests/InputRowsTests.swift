import Kernels
import Testing

@Suite struct InputRowsTests {
    @Test func paddingRoundsUpToGroups() {
        #expect([0, 1, 15, 16, 17, 127, 128].map(paddedSampleCount) == [0, 16, 16, 16, 32, 128, 128])
    }

    /// Column counts around the words of 8 bytes that compression looks at, and the eights that entries come in.
    @Test(arguments: [1, 7, 8, 9, 15, 16, 17, 37, 784])
    func compressedRowsHoldTheBytesThatAreNotZero(columns: Int) {
        var data = TestData(columns)
        let rows = Rows(count: 9, columns: columns, data: &data)
        var end = 0
        for r in 0..<rows.count {
            #expect(24 * Int(rows.offsets[r]) == end)
            let entries = rows.row(UInt32(r)).enumerated().filter { $0.element != 0 }
            let padded = (entries.count + 7) / 8 * 8
            let padding = padded - entries.count
            #expect(
                (0..<padded).map { column(rows, end + 2 * $0) }
                    == entries.map(\.offset) + (0..<padding).map { $0 % columns })
            let values = end + 2 * padded
            #expect(
                Array(rows.compressedMemory[values..<(values + padded)])
                    == entries.map(\.element) + Array(repeating: 0, count: padding))
            end += 3 * padded
        }
        #expect(24 * Int(rows.offsets[rows.count]) == end)
        #expect(rows.compressedMemory.count == end)
    }

    private func column(_ rows: Rows, _ place: Int) -> Int {
        Int(rows.compressedMemory[place]) | Int(rows.compressedMemory[place + 1]) << 8
    }

    @Test func theWidestRowsCompress() {
        let columns = InputRows.maximumCompressedColumns
        let rows = Rows((0..<columns).map { UInt8(1 + $0 % 255) }, columns: columns)
        var out = [Double](repeating: 0, count: columns)
        [0].withUnsafeBufferPointer { Double.expand(rows.compressed, samples: $0, into: &out) }
        #expect(out == rows.bytes.map(Double.init))
    }

    @Test(arguments: sampleCounts)
    func gatheredBytesAreUnitMajor(count: Int) {
        var data = TestData(count)
        let rows = Rows(count: 20, columns: 37, data: &data)
        let samples = rows.someSamples(count, data: &data)
        let stride = paddedSampleCount(count)
        let expected = (0..<37).flatMap { c in
            (0..<stride).map { $0 < count ? rows.bytes[Int(samples[$0]) * 37 + c] : 0 }
        }
        for form in [rows.dense, rows.compressed] {
            var out = [UInt8](repeating: 99, count: 37 * stride)
            samples.withUnsafeBufferPointer { form.gatherBytes($0, into: &out, stride: stride) }
            #expect(out == expected)
        }
    }

    @Test(arguments: precisions, sampleCounts)
    func expandGivesTheBytesAsNumbers(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            var data = TestData(count)
            for columns in [1, 37, 300] {
                let rows = Rows(count: 20, columns: columns, data: &data)
                let samples = rows.someSamples(count, data: &data)
                for form in [rows.dense, rows.compressed] {
                    let out = Buffer<Scalar>(results: count * columns, shift: 1)
                    samples.withUnsafeBufferPointer { Scalar.expand(form, samples: $0, into: out.base) }
                    #expect(out.values == samples.flatMap { rows.row($0).map { Scalar($0) } })
                    #expect(out.isIntact)
                }
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, sampleCounts)
    func inputProduct(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int, columns: Int) {
            var data = TestData(count * 1000 + units)
            let rows = Rows(count: 20, columns: columns, data: &data)
            let samples = rows.someSamples(count, data: &data)
            let stride = paddedSampleCount(count)
            let weights = data.buffer(columns * units, shift: 1, as: Scalar.self)
            let out = Buffer<Scalar>(results: units * stride, shift: 1)
            samples.withUnsafeBufferPointer {
                Scalar.inputProduct(
                    rows.compressed, samples: $0, weights: weights.base, units: units, scale: 1 / 255,
                    into: out.base, stride: stride)
            }
            let expected = Reference.inputProduct(
                rows, samples: samples, weights: weights.values, units: units, scale: 1 / 255, stride: stride)
            // A term is added up to `columns` times, then 8 chains, then scaled.
            expectClose(out.values, expected, roundings: columns + 9, "\(units) units")
            #expect(out.isIntact)
        }
        for units in unitCounts { check(precision, units: units, columns: 37) }
        for units in [17, 100] { check(precision, units: units, columns: 603) }
    }

    @Test(arguments: precisions, sampleCounts)
    func inputGradient(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int, columns: Int) {
            var data = TestData(count * 1000 + units)
            let rows = Rows(count: 20, columns: columns, data: &data)
            let samples = rows.someSamples(count, data: &data)
            let stride = paddedSampleCount(count)
            let delta = data.buffer(units * stride, as: Scalar.self)
            let gradient = Buffer<Scalar>(results: columns * units, shift: 1)
            let scratch = Buffer<Scalar>(
                results: Scalar.inputGradientScratch(inputs: columns, units: units, stride: stride))
            samples.withUnsafeBufferPointer {
                Scalar.inputGradient(
                    rows.compressed, samples: $0, delta: delta.base, units: units, scale: 1 / 255,
                    into: gradient.base, stride: stride, scratch: scratch.base)
            }
            let expected = Reference.inputGradient(
                rows, samples: samples, delta: delta.values, units: units, scale: 1 / 255, stride: stride)
            // A term is scaled and added up to `count` times.
            expectClose(gradient.values, expected, roundings: count + 1, "\(units) units")
            #expect(gradient.isIntact)
            #expect(scratch.isIntact)
        }
        for units in unitCounts { check(precision, units: units, columns: 37) }
        for units in [17, 100] { check(precision, units: units, columns: 603) }
    }
}
