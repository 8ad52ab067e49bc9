import Foundation
import Testing

extension Integration {
    /// Runs on inputs that are numbers, of files that NumPy wrote: Tests/Golden/make-numbers.py.
    @Suite struct NumberInputs {
        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Golden/numbers").path
        private static func data(_ targets: String) -> [String] {
            ["--data", "\(folder)/inputs.npy", "--targets", "\(folder)/\(targets).npy", "--model", "5x7x3"]
        }

        private struct Losses: Decodable {
            var train_loss: Double
            var test_loss: Double
        }

        /// From the same weights and in the same order, every epoch's losses are PyTorch's (Tests/Golden/make-number-curves.py).
        @Test(arguments: ["targets", "labels"]) func parity(targets: String) async throws {
            let curves = try JSONDecoder().decode(
                [String: [Losses]].self, from: Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/curves.json")))
            let reference = try #require(curves[targets])
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    [
                        "train", "--weights", "\(Self.folder)/first.safetensors", "--no-shuffle", "--precision",
                        "float64",
                    ]
                        + ["--batch-size", "20", "--epochs", "3", "--learning-rate", "0.5", "--run", files.path]
                        + Self.data(targets))
                #expect(outcome.status == 0, "\(outcome.errors)")
                let epochs = try files.epochs
                try #require(epochs.count == reference.count)
                for (epoch, expected) in zip(epochs, reference) {
                    #expect(abs(try #require(epoch["train_loss"] as? Double) / expected.train_loss - 1) <= 1e-9)
                    #expect(abs(try #require(epoch["test_loss"] as? Double) / expected.test_loss - 1) <= 1e-9)
                }
            }
        }

        /// Threads or ranks, at once or stopped and resumed on another layout: one hash.
        @Test(arguments: ["float32", "float64"]) func oneHash(precision: String) async throws {
            let options = Self.data("targets") + ["--precision", precision, "--batch-size", "16", "--quiet"]
            try await withTemporaryFolder { folder in
                func train(_ name: String, _ more: [String], ranks: Int? = nil) async throws -> String? {
                    let outcome = try await Program.run(
                        ["train", "--run", "\(folder)/\(name)"] + options + more, ranks: ranks)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return outcome.hash
                }
                let hash = try #require(try await train("one", ["--threads", "1", "--epochs", "4"]))
                #expect(try await train("three", ["--threads", "3", "--epochs", "4"]) == hash)
                _ = try await train("resumed", ["--threads", "1", "--epochs", "2"])
                let resumed = try await Program.run(
                    ["train", "--resume", "\(folder)/resumed", "--threads", "2", "--epochs", "4", "--quiet"])
                #expect(resumed.hash == hash, "\(resumed.errors)")
                // The run's own data, and its own losses.
                let evaluated = try await Program.run(["evaluate", "\(folder)/one", "--json"])
                #expect(evaluated.output.contains(hash), "\(evaluated.errors)")
                let last = try #require(try RunFiles(path: "\(folder)/one").epochs.last)
                let loss = try #require(last["test_loss"] as? Double)
                let object = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
                let found = try #require(object?["test_loss"] as? Double)
                // A number that is read from a text may be off by its last bit.
                #expect(abs(found / loss - 1) < 1e-14)
                try await Program.requireMPI(for: 2)
                for ranks in [2, 3] {
                    #expect(
                        try await train("ranks\(ranks)", ["--threads", "1", "--epochs", "4"], ranks: ranks) == hash)
                }
            }
        }

        /// The same numbers as images of any type that holds them, and as NumPy's rows: one hash; other types are refused beside
        /// each other.
        @Test func imagesOfNumbers() async throws {
            try await withTemporaryFolder { folder in
                let (pixels, labels) = ((0..<40 * 6).map { ($0 * 7 % 23) - 11 }, (0..<40).map { $0 % 3 })
                func bytes(_ numbers: [Int], _ type: UInt8) -> [UInt8] {
                    numbers.flatMap { number -> [UInt8] in
                        switch type {
                        case 9: [UInt8(bitPattern: Int8(number))]
                        case 11: withUnsafeBytes(of: Int16(number).bigEndian, Array.init)
                        case 12: withUnsafeBytes(of: Int32(number).bigEndian, Array.init)
                        case 13: withUnsafeBytes(of: Float(number).bitPattern.bigEndian, Array.init)
                        default: withUnsafeBytes(of: Double(number).bitPattern.bigEndian, Array.init)
                        }
                    }
                }
                func write(_ path: String, images: UInt8, labels type: UInt8) throws {
                    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                    for (part, rows) in [("train", 0..<36), ("t10k", 36..<40)] {
                        try SmallDigits.save(
                            SmallDigits.idx(
                                [rows.count, 2, 3], type: images,
                                bytes(Array(pixels[6 * rows.lowerBound..<6 * rows.upperBound]), images)),
                            "\(path)/\(part)-images-idx3-float")
                        try SmallDigits.save(
                            SmallDigits.idx([rows.count], type: type, bytes(Array(labels[rows]), type)),
                            "\(path)/\(part)-labels-idx1-int")
                    }
                }
                func npy(_ type: String, _ shape: String, _ bytes: [UInt8], _ path: String) throws {
                    let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
                    let padded = header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
                    try SmallDigits.save(
                        [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + bytes, path)
                }
                try npy(
                    "<f4", "40, 6", pixels.flatMap { withUnsafeBytes(of: Float($0), Array.init) }, "\(folder)/x.npy")
                try npy("<i8", "40,", labels.flatMap { withUnsafeBytes(of: Int64($0), Array.init) }, "\(folder)/y.npy")
                let options = ["--model", "6x5x3", "--batch-size", "9", "--epochs", "3", "--quiet"]
                let rows = try await Program.run(
                    ["train", "--data", "\(folder)/x.npy", "--targets", "\(folder)/y.npy", "--run", "\(folder)/rows"]
                        + options)
                let hash = try #require(rows.hash, "\(rows.errors)")
                for (images, labels) in [(9, 12), (11, 9), (12, 13), (13, 14), (14, 11)] as [(UInt8, UInt8)] {
                    try write("\(folder)/\(images)", images: images, labels: labels)
                    let outcome = try await Program.run(
                        ["train", "--data", "\(folder)/\(images)", "--run", "\(folder)/run\(images)"] + options)
                    #expect(outcome.hash == hash, "type \(images): \(outcome.errors)")
                }
                // What float32 does not hold is named by its file.
                let large = withUnsafeBytes(of: (1e300).bitPattern.bigEndian, Array.init)
                try SmallDigits.save(
                    SmallDigits.idx([36, 2, 3], type: 14, (0..<36 * 6).flatMap { _ in large }),
                    "\(folder)/14/train-images-idx3-float")
                let refused = try await Program.run(
                    ["train", "--data", "\(folder)/14", "--run", "\(folder)/refused"] + options)
                #expect(
                    refused.status == 65
                        && refused.errors.contains("train-images-idx3-ubyte: samples: row 0, column 0 is 1e+300"),
                    "\(refused.errors)")
                // A file of images alone, of another type: the same numbers have the same answers.
                let answers = try await Program.run(["predict", "\(folder)/run13"])
                #expect(answers.status == 0 && answers.output.split(separator: "\n").count == 5, "\(answers.errors)")
                let others = try await Program.run(
                    ["predict", "\(folder)/run13", "\(folder)/11/t10k-images-idx3-float"])
                let outputs = [answers, others].map { outcome in
                    outcome.output.split(separator: "\n").map { $0.split(separator: ",").suffix(3) }
                }
                #expect(outputs[0] == outputs[1], "\(others.errors)")
            }
        }

        /// Whoever asks for what is not there, or is not right, is told where; on every rank.
        @Test(
            arguments: [
                (["--data", "GOLDEN/inputs.npy"], 64, "--target says which column"),
                (["--data", "GOLDEN/none.npy", "--targets", "GOLDEN/labels.npy"], 66, "none.npy"),
                (
                    ["--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/curves.json"], 65,
                    "curves.json: not a NumPy array"
                ),
                (["--data", "GOLDEN/targets.npy", "--targets", "GOLDEN/labels.npy"], 65, "targets.npy have 3 numbers"),
                (["--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/inputs.npy"], 65, "there are 5 numbers"),
                (
                    [
                        "--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/inputs.npy", "--model", "5x4x5", "--loss",
                        "poisson",
                    ], 65, "inputs.npy: row 0, column"
                ),
                (["--data", "GOLDEN/labels.npy", "--targets", "GOLDEN/labels.npy"], 65, "integers [80]"),
            ] as [([String], Int32, String)])
        func refuses(_ options: [String], _ status: Int32, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--model", "5x7x3"]
                        + options.map { $0.replacing("GOLDEN", with: Self.folder) })
                #expect(outcome.status == status)
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
    }
}
