import Datasets
import Storage
import Testing

@Suite struct SyntheticDigitsTests {
    private static let digits = SyntheticDigits(seed: 1)

    @Test func aShorterSetBeginsTheLongerOne() {
        let longer = Self.digits.samples(.train, count: 1001)
        for count in [1, 249, 250, 251, 1000] {
            #expect(Self.digits.samples(.train, count: count) == longer.prefix(count))
        }
    }

    @Test func seedAndPartMatter() {
        let train = Self.digits.samples(.train, count: 100)
        #expect(train != Self.digits.samples(.test, count: 100))
        #expect(train != SyntheticDigits(seed: 2).samples(.train, count: 100))
    }

    /// The share of zero pixels is close to MNIST's 81 %; every image has ink, and is not all ink.
    @Test func looksLikeDigits() {
        let set = Self.digits.samples(.train, count: 2000)
        let zeros = set.images.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }
        #expect((0.75...0.85).contains(Double(zeros) / Double(set.images.count)))
        for index in 0..<set.count {
            let inked = set.images[index * set.pixelCount..<(index + 1) * set.pixelCount].reduce(0) {
                $0 + ($1 > 127 ? 1 : 0)
            }
            #expect((10...400).contains(inked), "image \(index)")
        }
    }

    /// 10 000 draws of ten digits: a count leaves 1000 ± 150 (five standard deviations) with probability 6·10⁻⁷.
    @Test func digitsAreEquallyLikely() {
        let counts = DatasetSummary.Part(Self.digits.samples(.test, count: 10_000), name: "test").labelCounts
        #expect(counts.allSatisfy { (850...1150).contains($0) })
    }

    /// Made by this program; changes only when the drawing is changed on purpose.
    @Test func sameBytesOnEveryMachine() {
        let set = Self.digits.samples(.test, count: 1000)
        #expect(set.imageArray.sha256() == "310c53f52cb2ebd30571813724600de1fc10da7d3a4e0d869dfda8cf35eff719")
        #expect(set.labelArray.sha256() == "d4f4a9dc9314b3170e889f1f475193db753b1b2b3e673cc21dc88d74165b28c0")
    }
}
