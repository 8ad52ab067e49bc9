import Kernels
import Testing

@Suite struct ByteRowsTests {
    @Test func paddingRoundsUpToGroups() {
        #expect([0, 1, 15, 16, 17, 127, 128].map(paddedSampleCount) == [0, 16, 16, 16, 32, 128, 128])
    }

    /// A compressed row's unit, as `CKernels.h` has it.
    private struct Unit: Equatable {
        var first: Int
        var columns: [Int]
        var values: [UInt8]

        init(_ bytes: [UInt8]) {
            first = Int(bytes[0]) | Int(bytes[1]) << 8
            columns = bytes[2..<10].map { [first] in first + Int($0) }
            values = Array(bytes[10..<18])
        }
    }

    private func units(_ rows: Rows, _ r: Int) -> [Unit] {
        (Int(rows.offsets[r])..<Int(rows.offsets[r + 1])).map { unit in
            Unit((0..<18).map { rows.compressedMemory[18 * unit + $0] })
        }
    }

    /// Column counts around the words of 8 bytes that compression looks at, and the eights that entries come in.
    @Test(arguments: [1, 7, 8, 9, 15, 16, 17, 37, 784])
    func compressedRowsHoldTheBytesThatAreNotZero(columns: Int) {
        var data = TestData(columns)
        let rows = Rows(count: 9, columns: columns, data: &data)
        for r in 0..<rows.count {
            let units = units(rows, r)
            let entries = rows.row(UInt32(r)).enumerated().filter { $0.element != 0 }
            let held = units.flatMap { zip($0.columns, $0.values) }
            #expect(held.allSatisfy { $0.0 < columns })
            #expect(held.filter { $0.1 != 0 }.map(\.0) == entries.map(\.offset))
            #expect(held.filter { $0.1 != 0 }.map(\.1) == entries.map(\.element))
            // As few units as entries allow that are nowhere 256 columns apart; else a few more.
            let gaps = zip(entries, entries.dropFirst()).count { $1.offset - $0.offset > 200 }
            #expect(units.count <= (entries.count + 7) / 8 + gaps + columns / 200)
            #expect(units.count >= (entries.count + 7) / 8)
        }
        #expect(rows.compressedMemory.count == 18 * Int(rows.offsets[rows.count]))
    }

    /// A unit reaches 255 columns beyond its first, and its filling stays within the row.
    @Test func entriesFarApartHaveUnitsOfTheirOwn() {
        var bytes = [UInt8](repeating: 0, count: 1000)
        for c in [10, 265, 266, 999] { bytes[c] = UInt8(c % 251 + 1) }
        let rows = Rows(bytes, columns: 1000)
        let units = units(rows, 0)
        #expect(units.map(\.first) == [10, 266, 992])
        #expect(units.map { Array($0.columns.prefix(2)) } == [[10, 265], [266, 267], [999, 993]])
        #expect(units.map { $0.values.count { $0 != 0 } } == [2, 1, 1])
        #expect(units.allSatisfy { Set($0.columns).count >= 7 && $0.columns.allSatisfy { $0 < 1000 } })
    }

    @Test func theWidestRowsCompress() {
        let columns = ByteRows.maximumCompressedColumns
        let rows = Rows((0..<columns).map { UInt8(1 + $0 % 255) }, columns: columns)
        var out = [Double](repeating: 1, count: columns * sampleGroup)
        [0].withUnsafeBufferPointer { Double.expand(rows.compressed, samples: $0, into: &out, stride: sampleGroup) }
        #expect((0..<columns).map { out[$0 * sampleGroup] } == rows.bytes.map { Double($0) / 255 })
    }

    @Test(arguments: sampleCounts)
    func gatheredBytesAreUnitMajor(count: Int) {
        var data = TestData(count)
        for columns in [1, 16, 37] {
            let rows = Rows(count: 20, columns: columns, data: &data)
            let samples = rows.someSamples(count, data: &data)
            let stride = paddedSampleCount(count)
            let expected = (0..<columns).flatMap { c in
                (0..<stride).map { $0 < count ? rows.bytes[Int(samples[$0]) * columns + c] : 0 }
            }
            var out = [UInt8](repeating: 99, count: columns * stride + 1)
            samples.withUnsafeBufferPointer { rows.dense.gatherBytes($0, into: &out, stride: stride) }
            #expect(out == expected + [99])
        }
    }

    @Test(arguments: precisions, sampleCounts)
    func expandGivesNumbersUnitMajor(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            var data = TestData(count)
            for columns in [1, 37, 300] {
                let rows = Rows(count: 20, columns: columns, data: &data)
                let samples = rows.someSamples(count, data: &data)
                let stride = paddedSampleCount(count)
                let expected = (0..<columns).flatMap { c in
                    (0..<stride).map { $0 < count ? Scalar(rows.bytes[Int(samples[$0]) * columns + c]) / 255 : 0 }
                }
                for form in [rows.dense, rows.compressed] {
                    let out = Buffer<Scalar>(results: columns * stride, shift: 1)
                    samples.withUnsafeBufferPointer { Scalar.expand(form, samples: $0, into: out.base, stride: stride) }
                    #expect(sameBits(out.values, expected))
                    #expect(out.isIntact)
                }
            }
        }
        check(precision)
    }

    /// All bytes, as the quotient that is correctly rounded.
    @Test(arguments: precisions) func expandRoundsCorrectly(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let rows = Rows((0...255).map { UInt8($0) }, columns: 256)
            for form in [rows.dense, rows.compressed] {
                let out = Buffer<Scalar>(results: 256 * sampleGroup)
                [0].withUnsafeBufferPointer { Scalar.expand(form, samples: $0, into: out.base, stride: sampleGroup) }
                #expect((0...255).allSatisfy { out.base[$0 * sampleGroup] == Scalar($0) / 255 })
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
            let scratch = Buffer<Scalar>(results: Scalar.inputProductScratch(inputs: columns, units: units))
            samples.withUnsafeBufferPointer {
                Scalar.inputProduct(
                    rows.compressed, samples: $0, weights: weights.base, units: units,
                    into: out.base, stride: stride, scratch: scratch.base)
            }
            let expected = Reference.inputProduct(
                rows, samples: samples, weights: weights.values, units: units, stride: stride)
            // A term is added up to `columns` times, then 8 chains, then scaled.
            expectClose(out.values, expected, roundings: columns + 9, "\(units) units")
            #expect(out.isIntact && scratch.isIntact)
        }
        for units in unitCounts + [128, 181] { check(precision, units: units, columns: 37) }
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
                    rows.compressed, samples: $0, delta: delta.base, units: units,
                    into: gradient.base, stride: stride, scratch: scratch.base)
            }
            let expected = Reference.inputGradient(
                rows, samples: samples, delta: delta.values, units: units, stride: stride)
            // A term is scaled and added up to `count` times.
            expectClose(gradient.values, expected, roundings: count + 1, "\(units) units")
            #expect(gradient.isIntact)
            #expect(scratch.isIntact)
        }
        for units in unitCounts + [128, 181] { check(precision, units: units, columns: 37) }
        for units in [17, 100] { check(precision, units: units, columns: 603) }
    }
}
