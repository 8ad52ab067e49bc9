import Datasets
import Foundation
import Storage
import Testing

@Suite struct DatasetTests {
    private static let train = ImageSet(
        rows: 2, columns: 3, images: (0..<30).map { UInt8($0 * 8) }, labels: [5, 0, 4, 1, 9])
    private static let test = ImageSet(rows: 2, columns: 3, images: (0..<12).map { UInt8($0) }, labels: [7, 2])
    private static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// Calls `body` with a folder that holds a good dataset.
    private func withDataset(_ body: (String) throws -> Void) throws {
        try withTemporaryFolder { (folder: String) throws in
            try Dataset(name: "", train: Self.train, test: Self.test).write(to: folder)
            try body(folder)
        }
    }

    @Test func readsWhatItWrote() throws {
        try withDataset { (folder: String) throws in
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == Self.names.sorted())
            let dataset = try Dataset.load(directory: folder)
            #expect(dataset == Dataset(name: folder, train: Self.train, test: Self.test))
            #expect(try Dataset.load(.test, directory: folder) == Self.test)
        }
    }

    @Test func findsOtherNames() throws {
        try withDataset { (folder: String) throws in
            for name in Self.names {
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                try put(gzip(bytes), at: "\(folder)/\(name.replacing("-idx", with: ".idx")).gz")
            }
            #expect(try Dataset.load(directory: folder).train == Self.train)
            // A plain file comes before a gzipped one, whatever the separator.
            try put(idx([5], [1, 1, 1, 1, 1]), at: "\(folder)/train-labels-idx1-ubyte")
            #expect(try Dataset.load(directory: folder).train.labels == [1, 1, 1, 1, 1])
        }
    }

    @Test(arguments: names) func namesTheMissingFile(name: String) throws {
        try withDataset { (folder: String) throws in
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            expectFailure(.missingInput, naming: folder, name, name + ".gz") {
                _ = try Dataset.load(directory: folder)
            }
        }
    }

    @Test func namesTheMissingFolder() throws {
        expectFailure(.missingInput, naming: "no folder", "/nowhere/at/all") {
            _ = try Dataset.load(directory: "/nowhere/at/all")
        }
    }

    @Test(
        arguments: [
            ("train-labels-idx1-ubyte", idx([4], [5, 0, 4, 1]), "4 labels", "5 images"),
            ("train-labels-idx1-ubyte", idx([5, 1, 1], [5, 0, 4, 1, 9]), "expected labels", "rank 3"),
            ("train-labels-idx1-ubyte", idx([5, 0], []), "expected labels", "rank 2"),
            ("train-labels-idx1-ubyte", idx([5], type: 9, [5, 0, 0xFF, 1, 9]), "label 2 is -1", "0 to 255"),
            (
                "train-labels-idx1-ubyte", idx([5], type: 11, [0, 5, 1, 0, 0, 4, 0, 1, 0, 9]), "label 1 is 256",
                "0 to 255"
            ),
            ("train-labels-idx1-ubyte", idx([5], type: 15, [UInt8](repeating: 0, count: 20)), "0c|0d|0e", "0f 01"),
            (
                "train-labels-idx1-ubyte", idx([5], type: 13, [UInt8](repeating: 0, count: 16) + [0x3F, 0, 0, 0]),
                "label 4 is 0.5", "0 to 255"
            ),
            ("t10k-images-idx3-ubyte", idx([2, 2, 3], type: 9, [UInt8](0..<12)), "type ubyte", "type byte"),
            ("t10k-images-idx3-ubyte", idx([2, 6], [UInt8](0..<12)), "expected images", "rank 2"),
            ("t10k-images-idx3-ubyte", idx([2, 3, 2], [UInt8](0..<12)), "2×3", "3×2"),
            ("train-images-idx3-ubyte", idx([0, 2, 3], []), "expected images", "found none"),
            ("train-images-idx3-ubyte", idx([5, 0, 3], []), "expected images", "found none"),
            ("train-images-idx3-ubyte", idx([5, 2, 3], [1]), "5×2×3 = 30 bytes", "1 follow it"),
        ] as [(String, [UInt8], String, String)])
    func namesTheBrokenFile(name: String, bytes: [UInt8], expected: String, found: String) throws {
        try withDataset { (folder: String) throws in
            try put(bytes, at: "\(folder)/\(name)")
            expectFailure(.badData, naming: folder, expected, found) { _ = try Dataset.load(directory: folder) }
        }
    }

    /// EMNIST's classes go to 61; who has an output for each is the network's business.
    @Test func readsAnyClasses() throws {
        try withDataset { (folder: String) throws in
            try put(idx([5], [1, 26, 46, 61, 255]), at: "\(folder)/train-labels-idx1-ubyte")
            let dataset = try Dataset.load(directory: folder)
            #expect(dataset.train.labels == [1, 26, 46, 61, 255])
            #expect(DatasetSummary(dataset).train.labelCounts.count == 256)
        }
    }

    /// QMNIST's labels have the class in the first of eight columns, as big-endian integers.
    @Test(arguments: ["train-labels-idx1-ubyte", "train-labels-idx2-int"]) func readsWideLabels(name: String) throws {
        try withDataset { (folder: String) throws in
            try FileManager.default.removeItem(atPath: "\(folder)/train-labels-idx1-ubyte")
            let rows = [5, 0, 4, 1, 61].flatMap { [0, 0, 0, $0] + [UInt8](repeating: 0x81, count: 28) }
            try put(idx([5, 8], type: 12, rows), at: "\(folder)/\(name)")
            #expect(try Dataset.load(directory: folder).train.labels == [5, 0, 4, 1, 61])
            try put(gzip(idx([5], type: 11, [0, 5, 0, 0, 0, 4, 0, 1, 0, 9])), at: "\(folder)/\(name)")
            #expect(try Dataset.load(directory: folder).train.labels == [5, 0, 4, 1, 9])
        }
    }

    /// Images of numbers, and labels of any type whose values are classes; found by the names that go with them.
    @Test func readsNumbers() throws {
        try withDataset { (folder: String) throws in
            for name in Self.names { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
            // 0.5, -2.
            let pixels: [UInt8] = [0x3F, 0, 0, 0, 0xC0, 0, 0, 0]
            for part in ["train", "t10k"] {
                try put(gzip(idx([2, 1, 1], type: 13, pixels)), at: "\(folder)/\(part)-images-idx3-float.gz")
                try put(
                    idx([2], type: 14, [0x40, 0x1C] + [UInt8](repeating: 0, count: 14)),
                    at: "\(folder)/\(part)-labels-idx1-double")
            }
            let dataset = try Dataset.load(directory: folder)
            #expect(dataset.train.labels == [7, 0] && dataset.train.element == .float32)
            #expect(
                dataset.train.imageArray.numbers == .float32([0.5, -2]) && dataset.train.imageArray.bytes == pixels)
            #expect(dataset.prefix(train: 1, test: nil).train.imageArray.numbers == .float32([0.5]))
            #expect(DatasetSummary(dataset).description.contains("pixels from -2.0 to 0.5, mean -0.75"))
        }
    }

    /// Who only predicts needs neither labels nor the other set.
    @Test func readsImagesAlone() throws {
        try withDataset { (folder: String) throws in
            for name in Self.names where name != "t10k-images-idx3-ubyte" {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
            let set = try Dataset.load(.test, directory: folder, needsLabels: false)
            #expect(set.images == Self.test.images && !set.isLabelled && set.count == 2)
            #expect(set.prefix(1).count == 1 && !set.prefix(1).isLabelled)
            expectFailure(.missingInput, naming: "t10k-labels") { _ = try Dataset.load(.test, directory: folder) }
        }
    }

    /// What cannot be looked at is not what is not there.
    @Test func saysWhyItCannotLook() throws {
        try withDataset { (folder: String) throws in
            let loop = "\(folder)/loop"
            try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
            expectFailure(.inputOutput, naming: loop, String(cString: strerror(ELOOP))) {
                _ = try Dataset.load(directory: loop)
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may look into any folder")) func foldersOfOthers() throws {
        try withDataset { (folder: String) throws in
            chmod(folder, 0)
            defer { chmod(folder, 0o700) }
            expectFailure(.inputOutput, naming: folder, String(cString: strerror(EACCES))) {
                _ = try Dataset.load(directory: folder)
            }
        }
    }

    @Test func prefixes() {
        let set = Self.train
        #expect(set.prefix(5) == set)
        #expect(set.prefix(99) == set)
        #expect(set.prefix(2) == ImageSet(rows: 2, columns: 3, images: Array(set.images[..<12]), labels: [5, 0]))
        #expect(set.prefix(0).count == 0)
    }

    @Test func summary() throws {
        let summary = DatasetSummary(Dataset(name: "name", train: Self.train, test: Self.test))
        #expect(summary.train.labelCounts == [1, 1, 0, 0, 1, 1, 0, 0, 0, 1])
        #expect(summary.test.zeroShare == 1.0 / 12)
        #expect(summary.test.meanPixel == 5.5)
        #expect(!summary.isMNIST)
        for part in ["name", "train: 5 images of 2×3", "test: 2 images of 2×3", summary.test.imagesSHA256] {
            #expect(summary.description.contains(part))
        }
    }

    @Test(.enabled(if: sharedMNIST != nil, "FRONTPROP_SHARED names no folder with MNIST")) func realMNIST() throws {
        let dataset = try Dataset.load(directory: try #require(sharedMNIST))
        #expect(dataset.train.count == 60_000)
        #expect(dataset.test.count == 10_000)
        #expect(dataset.train.labels.prefix(5) == [5, 0, 4, 1, 9])
        #expect(DatasetSummary(dataset).isMNIST)
    }
}
