import Kernels
import RandomNumbers
import Testing

@testable import Networks

/// Samples made at random: inputs that are numbers of either sign, rounded by whoever reads them.
private func numberMemory(
    count: Int, columns: Int, wide: Bool, target: Target = .labels, targetColumns: Int = 0
) -> (memory: SampleMemory, inputs: [Double]) {
    var random = PhiloxSequence(Philox(seed: 5, purpose: .check))
    func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in 8 * random.uniform() - 4 } }
    let inputs = numbers(count * columns)
    func kept(_ values: [Double]) -> SampleValues.Numbers {
        wide ? .float64(values[...]) : .float32(values.map { Float($0) }[...])
    }
    let values = SampleValues(
        inputs: .numbers(kept(inputs)), columns: columns, labels: (0..<count).map { UInt8($0 % 2) }[...],
        targets: targetColumns == 0 ? nil : kept(numbers(count * targetColumns)), count: count, name: "x",
        targetsName: "y")
    return (SampleMemory(values, target: target), wide ? inputs : inputs.map { Double(Float($0)) })
}

@Suite struct InputStoreTests {
    /// Each number of h¹ is one chain of fused multiply-adds from 0, by ascending input; that of small and of large layers.
    @Test(arguments: precisions) func productsOfNumbersAreOneChain(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for (columns, units) in [(1, 1), (7, 5), (31, 33), (60, 40), (300, 17)] {
                for wide in [false, true] {
                    let topology = Topology(sizes: [columns, units, 2])!
                    let (memory, inputs) = numberMemory(count: 9, columns: columns, wide: wide)
                    let parameters = topology.parameters(as: Scalar.self)
                    let batch: [UInt32] = [8, 0, 3, 3, 5]
                    let stride = paddedSampleCount(batch.count)
                    let layer = InputLayer<Scalar>(
                        memory.samples.inputs, topology: topology, stride: stride,
                        products: Products(topology: topology, columns: stride, withInput: true))
                    let out = Buffer<Scalar>(Array(repeating: 0, count: units * stride))
                    batch.withUnsafeBufferPointer {
                        layer.product($0, weights: parameters.base, into: out.base, stride: stride)
                    }
                    let expected = (0..<units).flatMap { unit in
                        batch.map { sample in
                            (0..<columns).reduce(0 as Scalar) { sum, c in
                                sum.addingProduct(
                                    parameters.base[c * units + unit], Scalar(inputs[Int(sample) * columns + c]))
                            }
                        }
                    }
                    let found = (0..<units).flatMap { unit in batch.indices.map { out.base[unit * stride + $0] } }
                    #expect(sameBits(found, expected), "\(columns)x\(units)")
                }
            }
        }
        check(precision)
    }

    /// Rows without their zeros are what they are with them, a part of a set's too.
    @Test(arguments: precisions) func sparseRowsAreDenseOnes(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            var random = PhiloxSequence(Philox(seed: 6, purpose: .check))
            let (count, columns) = (20, 37)
            let dense = (0..<count * columns).map { _ in random.uniform() < 0.8 ? 0 : 8 * random.uniform() - 4 }
            let kept = dense.indices.filter { dense[$0] != 0 }
            let starts = (0...count).map { row in kept.filter { $0 < row * columns }.count }
            let sparse = { (rows: Range<Int>) in
                SampleValues.Sparse(
                    starts: starts[rows.lowerBound...rows.upperBound], places: kept.map { UInt32($0 % columns) },
                    numbers: kept.map { dense[$0] })
            }
            for rows in [0..<count, 7..<15] {
                let memory = SampleMemory(
                    SampleValues(
                        inputs: .sparse(sparse(rows)), columns: columns, count: rows.count, name: "x", targetsName: "y"),
                    target: .labels)
                let batch: [UInt32] = [6, 0, 3, 3, 5]
                let stride = paddedSampleCount(batch.count)
                let out = Buffer<Scalar>(Array(repeating: .nan, count: columns * stride), shift: 1)
                batch.withUnsafeBufferPointer { memory.samples.inputs.fill(out.base, with: $0, stride: stride) }
                var expected = [Scalar](repeating: 0, count: columns * stride)
                for (s, sample) in batch.enumerated() {
                    let row = rows.lowerBound + Int(sample)
                    for c in 0..<columns { expected[c * stride + s] = Scalar(dense[row * columns + c]) }
                }
                #expect(sameBits(out.values, expected))
            }
        }
        check(precision)
    }

    /// Engines on numbers against those on bytes, dense and compressed, and central differences; whatever is asked for.
    @Test(
        arguments: [
            ("3x2", .labels), ("5x4x3x2", .labels), ("40x30x10", .labels), ("33x40x5x6x3", .labels),
            ("5x4x3x2", .numbers), ("33x40x5x6x3", .numbers), ("6x6", .inputs), ("34x9x34", .inputs),
        ] as [(String, Target)])
    func gradientsAreThoseOfBytes(sizes: String, target: Target) throws {
        let problem = GradientProblem(Network(Topology(sizes)!), seed: 2, sampleCount: 5, target: target)
        let stores = [
            ("bytes", problem.samples), ("compressed", try #require(problem.compressedSamples)),
            ("numbers", problem.numberSamples),
        ]
        let methods: [GradientMethod] = sizes.count > 7 ? GradientMethod.layered : GradientMethod.allCases
        let engines = methods.flatMap { method in
            stores.map { name, samples in
                (
                    name: "\(method) \(name)",
                    engine: method.makeEngine(problem.network, samples: samples, capacity: 5, as: Double.self)
                )
            }
        }
        #expect(GradientCheck(problem, engines: engines).passed)
    }

    /// A sample's numbers are those that were read, rounded once.
    @Test(arguments: [false, true]) func numbersAreThoseRead(wide: Bool) {
        let (memory, inputs) = numberMemory(
            count: 4, columns: 19, wide: wide, target: .numbers, targetColumns: 3)
        for sample in 0..<4 {
            let row = Array(inputs[19 * sample..<19 * (sample + 1)])
            #expect(memory.samples.inputs.numbers(of: UInt32(sample)) == row)
            #expect(memory.samples.inputs.numbers(of: UInt32(sample)) == row.map { Float($0) })
        }
        #expect(memory.samples.targets?.columns == 3)
    }
}

@Suite struct SampleValuesTests {
    private static let topology = Topology(sizes: [2, 3])!

    private static func fault(
        _ inputs: [Double] = [1, 2, 3, 4, 5, 6], columns: Int = 2, rows: Range<Int> = 0..<3,
        labels: [UInt8] = [0, 1, 2],
        targets: [Double]? = nil, _ target: Target = .labels, limit: Double = 1e300, head: Head = .article
    ) -> String? {
        let part = rows.lowerBound * columns..<rows.upperBound * columns
        return SampleValues(
            inputs: .numbers(.float64(inputs[part])), columns: columns, labels: labels[rows],
            targets: targets.map { .float64($0[...]) }, count: rows.count, name: "x.npy", targetsName: "y.npy"
        ).fault(for: Network(topology, head: head), target: target, limit: limit)
    }

    /// Each with its place in the file, also where the samples are a part of it.
    @Test func faultsNameTheirPlace() {
        #expect(Self.fault() == nil)
        #expect(Self.fault(columns: 1)?.contains("x.npy have 1 numbers, the network 2x3 expects 2") == true)
        #expect(Self.fault(rows: 0..<0)?.hasPrefix("x.npy: ") == true)
        for bad in [Double.nan, .infinity, -1e301] {
            let message = Self.fault([1, 2, 3, 4, 5, bad], rows: 1..<3)
            #expect(message?.contains("x.npy: row 2, column 1 is \(bad)") == true)
        }
        #expect(Self.fault(limit: 5)?.contains("row 2, column 1 is 6.0") == true)
        let label = Self.fault(rows: 1..<3, labels: [9, 1, 3])
        #expect(label?.contains("y.npy: label 2 is 3, the largest is 3; the network has outputs for 0 to 2") == true)
        #expect(Self.fault(targets: [1, 2, 3], .numbers)?.contains("y.npy: there are 1 numbers for each") == true)
        let asked = Self.fault(targets: [0, 0, 0, 0, .nan, 0, 0, 0, 0], .numbers)
        #expect(asked?.contains("y.npy: row 1, column 1 is nan") == true)
        // Some losses take numbers of a range alone.
        let counts: [Double] = [0, 1, 2, 3, 0, 7, 1, -1, 1]
        let rate = Self.fault(targets: counts, .numbers, head: Head(.linear, .poisson))
        #expect(
            rate?.contains("y.npy: row 2, column 1 is -1.0; loss poisson with output linear expects targets from 0.0")
                == true)
        let answer = Self.fault(targets: counts, .numbers, head: Head(.sigmoid, .crossEntropy))
        #expect(
            answer?.contains("y.npy: row 0, column 2 is 2.0") == true && answer?.hasSuffix("from 0.0 to 1.0") == true)
        #expect(Self.fault(targets: counts, .numbers, head: Head(.linear, .huber)) == nil)
    }

    /// Sparse rows that stand otherwise in their file are named as they stand there.
    @Test func sparseRowsKeepTheirNumbers() {
        let rows = SampleValues.Sparse(starts: [0, 1, 3], places: [0, 0, 1], numbers: [1, 2, 7])
        let values = SampleValues(
            inputs: .sparse(rows), columns: 2, labels: [0, 1], count: 2, name: "x.svm", targetsName: "y")
        let network = Network(Topology(sizes: [2, 3])!)
        let message = values.numbered(by: [4, 8]).fault(for: network, target: .labels, limit: 5)
        #expect(message?.contains("x.svm: row 8, column 1 is 7.0") == true, "\(message ?? "none")")
    }
}
