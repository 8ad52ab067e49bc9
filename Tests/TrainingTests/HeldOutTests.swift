import Datasets
import Networks
import Testing

@testable import Training

/// Samples that are held out to decide by.
@Suite struct HeldOutTests {
    private static let digits = SyntheticDigits(seed: 1).dataset(trainCount: 200, testCount: 20)

    private static func rows(_ values: SampleValues?) -> [Int] { values.map { $0.indices.map($0.row(of:)) } ?? [] }

    /// Each sample is in one set, with what belongs to it.
    @Test func eachIsInOneSet() throws {
        let tables = try HeldOutTables(Self.digits, share: 0.25, seed: 3)
        let (train, held) = (tables.values(of: .train), tables.values(of: .validation))
        #expect(held?.count == 50)
        #expect((Self.rows(train) + Self.rows(held)).sorted() == Array(0..<200))
        #expect(Self.rows(held) == Self.rows(held).sorted())
        for values in [train, held].compactMap(\.self) {
            guard case .bytes(let bytes) = values.inputs else { continue }
            for (sample, row) in Self.rows(values).enumerated() {
                #expect(values.labels[sample] == Self.digits.train.labels[row])
                let pixels = Self.digits.train.images[row * 784..<(row + 1) * 784]
                #expect(bytes[sample * 784..<(sample + 1) * 784].elementsEqual(pixels))
            }
        }
        #expect(tables.values(of: .test)?.count == 20)
    }

    /// By the seed; of each class its share.
    @Test func whichDependsOnTheSeed() throws {
        let first = try HeldOutTables(Self.digits, share: 0.25, seed: 3)
        let held = Self.rows(first.values(of: .validation))
        let others = try [3, 4].map { seed in
            Self.rows(try HeldOutTables(Self.digits, share: 0.25, seed: seed).values(of: .validation))
        }
        #expect(others[0] == held && others[1] != held)
        func counts(_ values: SampleValues?) -> [Int] {
            (0..<10).map { label in values?.labels.count { Int($0) == label } ?? 0 }
        }
        let (some, all) = (counts(first.values(of: .validation)), counts(Self.digits.values(of: .train)))
        for (part, whole) in zip(some, all) { #expect(abs(Double(part) - 0.25 * Double(whole)) < 1) }
    }

    /// A row keeps its weight where it is learned from; what is decided by counts all the same.
    @Test func weights() throws {
        let weights = RowWeights(name: "weights", values: (1...200).map(Double.init))
        let tables = try HeldOutTables(try WeightedTables(Self.digits, weights, rows: 200), share: 0.25, seed: 3)
        let train = try #require(tables.values(of: .train))
        #expect(Array(train.weights) == Self.rows(train).map { Double($0 + 1) })
        #expect(tables.values(of: .validation)?.weights.isEmpty == true)
    }
}
