import Foundation
import Testing

/// A network of 784 × 3 × 10 and digits, computed here by the definition: what `predict` and `jacobian` must give.
private struct Reference {
    let folder: String
    let weights: String
    private let first: [Float]
    private let firstBias: [Float]
    private let second: [Float]
    private let secondBias: [Float]
    private let images: Data
    private let labels: Data

    init(in folder: String) async throws {
        self.folder = folder
        weights = "\(folder)/small.safetensors"
        // No two alike, of both signs.
        func numbers(_ count: Int, _ scale: Double) -> [Float] {
            (0..<count).map { Float(scale * sin(Double(7 * $0 + 3))) }
        }
        (first, firstBias) = (numbers(3 * 784, 0.3), numbers(3, 0.5))
        (second, secondBias) = (numbers(30, 2), numbers(10, 0.7))
        let tensors = [
            ("0.weight", [3, 784], first), ("0.bias", [3], firstBias), ("2.weight", [10, 3], second),
            ("2.bias", [10], secondBias),
        ]
        try SafetensorsFile.bytes(tensors.map { ($0.0, $0.1, $0.2) }).write(to: URL(fileURLWithPath: weights))
        let made = try await Program.run(["data", "synthesize", "\(folder)/digits", "--train", "30", "--test", "20"])
        #expect(made.status == 0, "\(made.errors)")
        let digits = URL(fileURLWithPath: "\(folder)/digits")
        images = try Data(contentsOf: digits.appendingPathComponent("t10k-images-idx3-ubyte")).dropFirst(16)
        labels = try Data(contentsOf: digits.appendingPathComponent("t10k-labels-idx1-ubyte")).dropFirst(8)
    }

    var data: [String] { ["--data", "\(folder)/digits"] }

    func label(_ sample: Int) -> Int { Int(Array(labels)[sample]) }

    private func inputs(_ sample: Int) -> [Double] {
        Array(images)[sample * 784..<(sample + 1) * 784].map { Double($0) / 255 }
    }

    private func layer(_ weights: [Float], _ biases: [Float], _ inputs: [Double]) -> [Double] {
        biases.indices.map { unit in
            let sum = inputs.indices.reduce(Double(biases[unit])) {
                $0 + Double(weights[unit * inputs.count + $1]) * inputs[$1]
            }
            return 1 / (1 + exp(-sum))
        }
    }

    func outputs(_ sample: Int) -> [Double] { layer(second, secondBias, layer(first, firstBias, inputs(sample))) }

    /// 10 × 784.
    func jacobian(_ sample: Int) -> [[Double]] {
        let hidden = layer(first, firstBias, inputs(sample))
        return layer(second, secondBias, hidden).enumerated().map { q, output in
            (0..<784).map { i in
                let through = hidden.indices.reduce(0.0) {
                    $0 + Double(second[q * 3 + $1]) * hidden[$1] * (1 - hidden[$1]) * Double(first[$1 * 784 + i])
                }
                return output * (1 - output) * through
            }
        }
    }
}

extension Integration {
    @Suite struct PredictAndJacobian {
        /// Sums of 784 terms near one, in Double.
        private static let tolerance = 1e-12

        @Test(arguments: ["csv", "jsonl"]) func outputsByDefinition(format: String) async throws {
            try await withTemporaryFolder { folder in
                let reference = try await Reference(in: folder)
                let samples = [19, 0, 3, 4, 5]
                let outcome = try await Program.run(
                    ["predict", "--weights", reference.weights, "--samples", "19,0,3-5", "--format", format]
                        + ["--precision", "float64", "--model", "784x3x10"] + reference.data)
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
                var lines = outcome.outputLines
                if format == "csv" {
                    let outputs = (0..<10).map { "output_\($0)" }.joined(separator: ",")
                    #expect(lines.removeFirst() == "sample,label,answer,\(outputs)")
                }
                #expect(lines.count == samples.count)
                for (line, sample) in zip(lines, samples) {
                    let found = try format == "csv" ? Self.numbers(csv: line) : Self.numbers(json: line)
                    let expected = reference.outputs(sample)
                    #expect(found.head == [sample, reference.label(sample), expected.firstIndex(of: expected.max()!)!])
                    #expect(found.outputs.count == 10)
                    for (a, b) in zip(found.outputs, expected) { #expect(abs(a - b) < Self.tolerance) }
                }
            }
        }

        private static func numbers(csv line: Substring) throws -> (head: [Int], outputs: [Double]) {
            let fields = line.split(separator: ",")
            return (try fields.prefix(3).map { try #require(Int($0)) }, fields.dropFirst(3).compactMap { Double($0) })
        }

        private static func numbers(json line: Substring) throws -> (head: [Int], outputs: [Double]) {
            let object = try #require(try parseLines([line]).first)
            let head = try ["sample", "label", "answer"].map { try #require(object[$0] as? Int) }
            return (head, try #require(object["outputs"] as? [Double]))
        }

        @Test func picturesOfAnAutoencoder() async throws {
            try await withTemporaryFolder { folder in
                let run = "\(folder)/run"
                let trained = try await Program.run(
                    [
                        "train", "--model", "784x5x784", "--target", "inputs", "--train-limit", "100", "--test-limit",
                        "30", "--epochs", "1",
                    ]
                        + ["--run", run])
                #expect(trained.status == 0, "\(trained.errors)")
                let outcome = try await Program.run(
                    ["predict", "--weights", run, "--count", "12", "--pictures", "\(folder)/a.png"]
                        + ["--output", "\(folder)/a.csv"])
                #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
                let text = try String(contentsOfFile: "\(folder)/a.csv", encoding: .utf8)
                #expect(text.split(separator: "\n").count == 13 && text.hasPrefix("sample,label,output_0,"))
                // Ten across, two rows of inputs and two of outputs: 3 pixels a side, 4 between.
                let png = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.png"))
                #expect(png.dropFirst(16).prefix(8).elementsEqual([0, 0, 3, 0x74, 0, 0, 1, 0x64]))
            }
        }

        @Test(.needsMPI) func onceForAllRanks() async throws {
            try await withTemporaryFolder { folder in
                let reference = try await Reference(in: folder)
                let arguments = ["predict", "--weights", reference.weights, "--count", "3"] + reference.data
                let alone = try await Program.run(arguments)
                let outcome = try await Program.run(arguments, ranks: 2)
                #expect(outcome.status == 0 && outcome.output == alone.output && outcome.outputLines.count == 4)
            }
        }

        @Test(arguments: [nil, 2]) func jacobianByDefinition(ranks: Int?) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let reference = try await Reference(in: folder)
                let outcome = try await Program.run(
                    ["jacobian", "--weights", reference.weights, "--output", "\(folder)/j", "--samples", "7,2-9"]
                        + reference.data, ranks: ranks)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output.contains("passed") && outcome.output.contains("3 samples"))
                let samples = [7] + Array(2...9)
                let file = try SafetensorsFile(
                    Data(contentsOf: URL(fileURLWithPath: "\(folder)/j/jacobian.safetensors")))
                #expect(file.tensors["jacobian"]?.shape == [9, 10, 784])
                #expect(file.tensors["outputs"]?.shape == [9, 10] && file.tensors["inputs"]?.shape == [9, 784])
                let values = try file.values("jacobian")
                #expect(try file.values("labels") == samples.map { Float(reference.label($0)) })
                for (index, sample) in samples.enumerated() {
                    let expected = reference.jacobian(sample).flatMap { $0 }
                    let largest = expected.map(abs).max()!
                    let found = values[index * 7840..<(index + 1) * 7840]
                    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max()!
                    // Sums of 784 float32 terms, then two short products: some ten units in the last place.
                    #expect(worst < 1e-5 * largest, "sample \(sample): \(worst / largest)")
                }
                for label in Set(samples.map(reference.label)) {
                    #expect(FileManager.default.fileExists(atPath: "\(folder)/j/class-\(label).png"))
                }
                let sheet = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/j/classes.png"))
                #expect(sheet.prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]))
            }
        }

        @Test(
            arguments: [
                (["--samples", "20"], 64, "there is no sample 20: the test set has 0 to 19"),
                (["--samples", "3-1"], 64, "names no samples"), (["--samples", ""], 64, "names no samples"),
                (["--samples", "1,,2"], 64, "names no samples"), (["--samples=-1"], 64, "names no samples"),
                (["--samples", "1", "--count", "2"], 64, "exclude"), (["--count", "0"], 64, "at least 1"),
                (["--data", "/nowhere"], 66, "/nowhere"),
            ])
        func refusesSamples(_ options: [String], _ status: Int32, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let reference = try await Reference(in: folder)
                let data = options.contains("--data") ? [] : reference.data
                for command in [["predict"], ["jacobian", "--output", "\(folder)/j"]] {
                    let outcome = try await Program.run(command + ["--weights", reference.weights] + data + options)
                    #expect(outcome.status == status && outcome.errors.contains(words), "\(command): \(outcome.errors)")
                    #expect(outcome.output.isEmpty)
                }
            }
        }

        @Test func refusesNetworks() async throws {
            try await withTemporaryFolder { folder in
                let reference = try await Reference(in: folder)
                let cases: [([String], Int32, String)] = [
                    (["predict", "--weights", "\(folder)/none"], 66, "none"),
                    (["jacobian", "--weights", "\(folder)/none"], 66, "none"),
                    (["predict", reference.weights, "--weights", reference.weights, "x"], 64, "twice"),
                    (["predict", "--weights", reference.weights, "--model", "classifier"], 65, "784x16x16x10"),
                    (["predict", "--weights", reference.weights, "--pictures", "\(folder)/a.png"], 64, "784x3x10"),
                    (
                        ["jacobian", "--weights", reference.weights, "--output", reference.weights + "/j"], 73, "folder"
                    ),
                ]
                for (arguments, status, words) in cases {
                    let outcome = try await Program.run(arguments + reference.data)
                    #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
                }
            }
        }
    }
}
