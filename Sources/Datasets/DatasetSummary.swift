import Foundation
import Storage

/// What a dataset holds, counted: what `data info` shows.
public struct DatasetSummary: Sendable {
    /// One of the two sets.
    public struct Part: Sendable {
        public let name: String
        public let count: Int
        public let rows: Int
        public let columns: Int
        /// How many samples are of each class, from 0 to the largest label.
        public let labelCounts: [Int]
        /// The share of pixels that are zero, 0…1.
        public let zeroShare: Double
        /// The mean of all pixels; of bytes 0…255.
        public let meanPixel: Double
        /// Of pixels that are no bytes: the least and the largest.
        public let range: (least: Double, largest: Double)?
        /// SHA-256 of the plain IDX files.
        public let imagesSHA256: String
        public let labelsSHA256: String

        /// - Complexity: O(pixels).
        public init(_ set: ImageSet, name: String) {
            self.name = name
            (count, rows, columns) = (set.count, set.rows, set.columns)
            labelCounts = set.labels.reduce(into: [Int](repeating: 0, count: Int(set.labels.max() ?? 0) + 1)) {
                $0[Int($1)] += 1
            }
            (zeroShare, meanPixel, range) = Self.figures(set)
            imagesSHA256 = set.imageArray.sha256()
            labelsSHA256 = set.labelArray.sha256()
        }

        private static func figures(
            _ set: ImageSet
        ) -> (zeroShare: Double, mean: Double, range: (least: Double, largest: Double)?) {
            if set.element == .unsignedByte {
                let (histogram, count) = (histogram(set.images), Double(set.images.count))
                let sum = histogram.indices.reduce(0) { $0 + $1 * histogram[$1] }
                return (Double(histogram[0]) / count, Double(sum) / count, nil)
            }
            let pixels =
                switch set.imageArray.numbers {
                case .float32(let pixels): pixels.map(Double.init)
                case .float64(let pixels): pixels
                }
            let count = Double(pixels.count)
            return (
                Double(pixels.count { $0 == 0 }) / count, pixels.reduce(0, +) / count,
                (pixels.reduce(.infinity, min), pixels.reduce(-.infinity, max))
            )
        }

        /// How often each byte occurs.
        private static func histogram(_ bytes: [UInt8]) -> [Int] {
            bytes.reduce(into: [Int](repeating: 0, count: 256)) { $0[Int($1)] += 1 }
        }
    }

    public let name: String
    public let train: Part
    public let test: Part

    public init(_ dataset: Dataset) {
        name = dataset.name
        train = Part(dataset.train, name: "train")
        test = Part(dataset.test, name: "test")
    }

    /// Whether these are MNIST's own images and labels, to the byte.
    public var isMNIST: Bool {
        let found = [train.imagesSHA256, train.labelsSHA256, test.imagesSHA256, test.labelsSHA256]
        return found == MNISTDownload.File.mnist.map(\.sha256)
    }
}

extension DatasetSummary: CustomStringConvertible {
    public var description: String {
        "\(name)\(isMNIST ? ": MNIST, every byte as published" : "")\n\(train)\n\(test)"
    }
}

extension DatasetSummary.Part: CustomStringConvertible {
    public var description: String {
        let percent = (zeroShare * 1000).rounded() / 10
        let pixels =
            if let range {
                "pixels from \(range.least) to \(range.largest), mean \(String(format: "%.6g", meanPixel))"
            } else {
                "mean pixel \((meanPixel * 10).rounded() / 10) of 255"
            }
        let classes = labelCounts.indices.map { "\($0): \(labelCounts[$0])" }.joined(separator: ", ")
        return """
            \(name): \(counted(count, "image")) of \(rows)×\(columns), \(percent) % of the pixels zero, \(pixels)
              labels  \(classes)
              SHA-256 \(imagesSHA256) images
              SHA-256 \(labelsSHA256) labels
            """
    }
}
