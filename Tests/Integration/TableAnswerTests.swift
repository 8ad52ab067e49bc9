import Foundation
import Testing

/// A table, a network that learned from it, and what it must answer.
private struct Trained {
    let folder: String
    let run: String

    /// y = 3·a - 2·b over rows a, b in 0…1, and the class of a by thirds.
    init(in folder: String, target: String, more: [String] = []) async throws {
        self.folder = folder
        run = "\(folder)/run"
        var text = "a,b,colour,y,size\n"
        for row in 0..<90 {
            let (a, b) = (Double(row * 37 % 90) / 90, Double(row * 53 % 89) / 89)
            let size = a < 1.0 / 3 ? "small" : a < 2.0 / 3 ? "middle" : "large, \"very\""
            let quoted = "\"" + size.replacingOccurrences(of: "\"", with: "\"\"") + "\""
            text += "\(a),\(b),\(["red", "blue"][row % 2]),\(3 * a - 2 * b),\(quoted)\n"
        }
        try text.write(toFile: "\(folder)/table.csv", atomically: false, encoding: .utf8)
        let trained = try await Program.run(
            [
                "train", "--data", "\(folder)/table.csv", "--target", target, "--features", "a,b,colour", "--epochs",
                "200", "--learning-rate", "0.01", "--hidden", "16", "--run", run, "--quiet",
            ] + more)
        try #require(trained.status == 0, "\(trained.errors)")
    }

    func put(_ text: String, as name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}

/// Arrays of float64 of an archive of NumPy's that is stored as it is, by their names.
private func arrays(_ path: String) throws -> [String: (shape: [Int], numbers: [Double])] {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    func number(_ place: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
    var place = 0
    var found: [String: (shape: [Int], numbers: [Double])] = [:]
    while number(place, 4) == 0x0403_4B50 {
        let name = String(decoding: bytes[place + 30..<place + 30 + number(place + 26, 2)], as: UTF8.self)
        let start = place + 30 + number(place + 26, 2) + number(place + 28, 2)
        place = start + number(place + 18, 4)
        let header = String(decoding: bytes[start + 10..<start + 10 + number(start + 8, 2)], as: UTF8.self)
        let sizes = try #require(header.firstMatch(of: /\(([0-9, ]*)\)/)).1
        let shape = sizes.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard header.contains("'<f8'") else { continue }
        let data = Array(bytes[start + 10 + number(start + 8, 2)..<place])
        found[name] = (
            shape,
            data.withUnsafeBytes { raw in
                (0..<data.count / 8).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
            }
        )
    }
    return found
}

extension Integration {
    @Suite struct TableAnswers {
        @Test func numbersWithNamesAndTargets() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(in: folder, target: "y")
                // Other columns besides, in another order; one row beyond what was learned from, and one of another colour.
                let file = try trained.put(
                    "colour,y,other,b,a\nred,1,x,0.5,0.5\nblue,,x,0.5,0.9\nred,0,x,0.5,7\ngreen,0,x,0.5,0.5\n",
                    as: "new.csv")
                let outcome = try await Program.run(["predict", trained.run, file])
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
                let lines = outcome.outputLines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
                #expect(lines[0] == ["row", "target_y", "y", "outside"] && lines.count == 5)
                #expect(lines.dropFirst().map { $0[0] } == ["0", "1", "2", "3"])
                #expect(lines.dropFirst().map { $0[1] } == ["1", "", "0", "0"])
                #expect(lines.dropFirst().map { $0[3] } == ["0", "0", "1", "1"])
                for (line, expected) in zip(lines.dropFirst(), [0.5, 1.7]) {
                    #expect(abs(try #require(Double(line[2])) - expected) < 0.5)
                }
                // Without what is asked for; from standard input; as objects and as an array the same numbers.
                let bare = "a,b,colour\n0.5,0.5,red\n0.9,0.5,blue\n7,0.5,red\n0.5,0.5,green\n"
                let given = try await Program.run(
                    ["predict", trained.run, "-"], input: try trained.put(bare, as: "bare.csv"))
                #expect(given.outputLines.map { $0.split(separator: ",") }.map { $0[1] } == lines.map { $0[2] })
                let json = try await Program.run(["predict", trained.run, file, "--format", "jsonl"]).outputLines
                let objects = try parseLines(json)
                // As they stand there: this reader rounds the last digit.
                let found = try json.map { try #require($0.firstMatch(of: /"outputs":\{"y":([^}]*)\}/)).1 }
                #expect(found == lines.dropFirst().map { $0[2] })
                let outputs = found.compactMap { Double($0) }
                #expect(objects[0]["targets"] as? [String: Double] == ["y": 1] && objects[2]["outside"] as? Int == 1)
                let array = "\(folder)/outputs.npy"
                let written = try await Program.run(
                    ["predict", trained.run, file, "--format", "npy", "--output", array])
                #expect(written.status == 0 && written.output.isEmpty)
                let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: array)))
                #expect(Array(bytes.suffix(32)) == outputs.withUnsafeBytes { Array($0) })
                #expect(String(decoding: bytes[10..<74], as: UTF8.self).contains("'shape': (4, 1)"))
                // Chosen rows, by their numbers in the file.
                let chosen = try await Program.run(["predict", trained.run, file, "--samples", "2,0"])
                #expect(chosen.outputLines.dropFirst().map { $0.prefix(1) } == ["2", "0"])
                // The run's own rows, with their numbers in its file.
                let own = try await Program.run(["predict", trained.run])
                #expect(
                    own.status == 0 && own.outputLines.count == 19 && own.outputLines[0] == "row,target_y,y,outside")
            }
        }

        @Test func classesWithNames() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(in: folder, target: "size")
                let file = try trained.put("a,b,colour,size\n0.9,0.5,red,small\n0.1,0.5,red,\n", as: "new.csv")
                let outcome = try await Program.run(["predict", trained.run, file])
                let lines = outcome.outputLines
                #expect(lines[0] == #"row,label,answer,"large, ""very""",middle,small,outside"#, "\(outcome.errors)")
                #expect(lines[1].hasPrefix(#"0,small,"large, ""very""","#) && lines[2].hasPrefix("1,,small,"))
                let objects = try parseLines(
                    try await Program.run(["predict", trained.run, file, "--format", "jsonl"]).outputLines)
                #expect(objects.map { $0["answer"] as? String } == ["large, \"very\"", "small"])
                #expect(objects[0]["label"] as? String == "small" && objects[1]["label"] is NSNull)
                for object in objects {
                    let shares = try #require(object["outputs"] as? [String: Double])
                    #expect(Set(shares.keys) == ["large, \"very\"", "middle", "small"])
                    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-5)
                }
            }
        }

        @Test func whatIsNotAsItShouldBe() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(in: folder, target: "y")
                let cases: [(text: String, status: Int32, says: String)] = [
                    ("a,colour\n1,red\n", 65, "expected a column b"),
                    ("a,b,colour\n1,2,red\n1,,red\n", 65, "line 3, column b"),
                    ("a,b,colour\n1,2,red\n3,four,red\n1,2,red\n", 65, "four"),
                    ("a,b\n1,2,3\n", 65, "line 2"),
                    ("a,b,colour\n1,2,red\n1,1e300,red\n", 65, "line 3, column b is 1e+300, scaled "),
                ]
                for (text, status, says) in cases {
                    let file = try trained.put(text, as: "bad.csv")
                    let outcome = try await Program.run(["predict", trained.run, file])
                    #expect(outcome.status == status && outcome.messages.count == 1, "\(outcome.errors)")
                    #expect(outcome.errors.contains("bad.csv") && outcome.errors.contains(says), "\(outcome.errors)")
                }
                let gone = try await Program.run(["predict", trained.run, "\(folder)/none.csv"])
                #expect(gone.status == 66 && gone.errors.contains("none.csv"))
                let beyond = try await Program.run(["predict", trained.run, "--samples", "90"])
                #expect(beyond.status == 64 && beyond.errors.contains("row 90"))
                let pictures = try await Program.run(["predict", trained.run, "--pictures", "\(folder)/p.png"])
                #expect(pictures.status == 64)
            }
        }

        @Test func evaluationOfAnotherFile() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(in: folder, target: "y")
                let rows = [(0.5, 0.5, 1.0), (0.9, 0.5, 1.0), (0.1, 0.8, -2.0)]
                let text = rows.map { "\($0.1),\($0.0),red,\($0.2)\n" }.joined()
                let file = try trained.put("b,a,colour,y\n" + text, as: "new.csv")
                let outcome = try await Program.run(["evaluate", trained.run, "--data", file, "--json"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let found = try #require(try parseLines(outcome.outputLines).first)
                let predicted = try parseLines(
                    try await Program.run(["predict", trained.run, file, "--format", "jsonl"]).outputLines)
                let errors = try zip(predicted, rows).map { object, row in
                    try #require((object["outputs"] as? JSONObject)?["y"] as? Double) - row.2
                }
                let rmse = (errors.reduce(0) { $0 + $1 * $1 } / 3).squareRoot()
                #expect(abs(try #require(found["test_rmse"] as? Double) - rmse) < 1e-12 * rmse)
                #expect(found["train_loss"] == nil && found["test_loss"] != nil)
                let bare = try trained.put("b,a,colour\n1,1,red\n", as: "bare.csv")
                let without = try await Program.run(["evaluate", trained.run, "--data", bare])
                #expect(without.status == 65 && without.errors.contains("column y"), "\(without.errors)")
            }
        }

        @Test func jacobiansInTheTablesUnits() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(
                    in: folder, target: "y", more: ["--precision", "float64"])
                let file = try trained.put("a,b,colour\n0.5,0.5,red\n0.5001,0.5,red\n0.4999,0.5,red\n", as: "new.csv")
                let outcome = try await Program.run(["jacobian", trained.run, file, "--output", "\(folder)/j"])
                #expect(outcome.status == 0 && outcome.output.contains("passed"), "\(outcome.errors)")
                let found = try arrays("\(folder)/j/jacobian.npz")
                let jacobian = try #require(found["jacobian.npy"])
                #expect(jacobian.shape == [3, 1, 4] && found["inputs.npy"]?.shape == [3, 4])
                #expect(found["inputs.npy"]?.numbers.prefix(4) == [0.5, 0.5, 0, 1])
                let outputs = try #require(found["outputs.npy"]).numbers
                #expect(abs((outputs[1] - outputs[2]) / 0.0002 - jacobian.numbers[0]) < 1e-4)
                // What it says of all of them, the mean: row by row.
                let csv = try await Program.run(["importance", trained.run, file, "--format", "csv"])
                let lines = csv.outputLines.map { $0.split(separator: ",") }
                #expect(lines.map { $0[0] } == ["input", "a", "b", "colour=blue", "colour=red"], "\(csv.errors)")
                for (place, line) in lines.dropFirst().enumerated() {
                    let mean = (0..<3).reduce(0) { $0 + abs(jacobian.numbers[$1 * 4 + place]) } / 3
                    #expect(abs(try #require(Double(line[2])) - mean) <= 1e-12 * mean)
                }
                let table = try await Program.run(["importance", trained.run, file])
                #expect(table.outputLines[2].hasPrefix("a "), "\(table.output)")
            }
        }

        @Test func dataSplitAndConverted() async throws {
            try await withTemporaryFolder { folder in
                let trained = try await Trained(in: folder, target: "y")
                let data = "\(folder)/table.csv"
                let info = try await Program.run(["data", "info", data])
                #expect(info.outputLines.first?.hasSuffix("table.csv: 90 rows, 5 columns") == true)
                #expect(info.output.contains("blue 45, red 45"))
                let split = try await Program.run(
                    ["data", "split", data, "--validation", "0.1", "--stratify", "size", "--output", "\(folder)/parts"])
                #expect(
                    split.output == "65 training, 7 validation, 18 test rows written to \(folder)/parts\n",
                    "\(split.errors)")
                let again = try await Program.run(["data", "split", data, "--output", "\(folder)/parts"])
                #expect(again.status == 73 && again.errors.contains("train.csv is there already"))
                // The folder is a --data, as the rows that a run holds out itself.
                let onParts = try await Program.run(
                    [
                        "train", "--data", "\(folder)/parts", "--target", "y", "--features", "a,b,colour", "--epochs",
                        "2",
                        "--run", "\(folder)/of-parts", "--quiet",
                    ])
                #expect(onParts.status == 0, "\(onParts.errors)")
                let predicted = try await Program.run([
                    "predict", trained.run, "\(folder)/parts", "--set", "validation",
                ])
                #expect(predicted.outputLines.count == 8, "\(predicted.errors)")
                // There and back, every digit the same.
                let packed = try await Program.run(["data", "convert", data, "\(folder)/t.tsv.gz"])
                #expect(packed.status == 0, "\(packed.errors)")
                let back = try await Program.run(["data", "convert", "\(folder)/t.tsv.gz", "\(folder)/back.csv"])
                #expect(back.status == 0, "\(back.errors)")
                let (one, two) = (
                    try await Program.run(["data", "convert", data, "\(folder)/direct.csv"]), "\(folder)/back.csv"
                )
                #expect(one.status == 0)
                #expect(
                    try Data(contentsOf: URL(fileURLWithPath: two))
                        == Data(contentsOf: URL(fileURLWithPath: "\(folder)/direct.csv")))
                let texts = try await Program.run(["data", "convert", data, "\(folder)/t.npy"])
                #expect(texts.status == 64 && texts.errors.contains("column colour"))
            }
        }
    }
}
