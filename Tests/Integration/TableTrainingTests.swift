import Foundation
import Testing

extension Integration {
    /// Runs on tables: from columns to a network, whatever the file and the layout.
    @Suite struct TableTraining {
        /// Some rows of numbers; the last column, y, is a function of the first two.
        private static let rows: [[Double]] = {
            var state: UInt32 = 7
            func draw() -> Double {
                state = state &* 1_664_525 &+ 1_013_904_223
                return Double(state >> 8) / 1_000_000
            }
            return (0..<130).map { _ in
                let (a, b, c) = (draw(), draw() * 1000 + 5, draw() / 1e6)
                return [a, b, c, a * a - b / 700 + 3]
            }
        }()

        private static func write(_ text: String, _ path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }

        private static func text(_ separator: String) -> String {
            ([["a", "b", "c", "y"]] + rows.map { $0.map { "\($0)" } }).map { $0.joined(separator: separator) + "\n" }
                .joined()
        }

        private static func npy() -> Data {
            let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows.count), 4), }"
            let padded = header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
            let bytes = rows.joined().flatMap { value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            }
            return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + bytes)
        }

        /// Flowers in all but name: text classes, of which one is rare, a column of texts and one that is always the same.
        private static let flowers =
            "length,width,color,planet,species\n"
            + rows.prefix(60).enumerated().map { index, row in
                let color = ["red", "blue", "\"light, green\""][index % 3]
                return
                    "\(row[0]),\(row[1]),\(color),Earth,\(index % 10 == 9 ? "rosa" : index % 2 == 0 ? "iris" : "lilium")\n"
            }.joined()

        private static func train(_ options: [String], ranks: Int? = nil) async throws -> Outcome {
            try await Program.run(["train", "--quiet"] + options, ranks: ranks)
        }

        /// The same numbers in any file and on any layout, at once or killed and gone on with: one hash.
        @Test func oneHash() async throws {
            try await withTemporaryFolder { folder in
                let (csv, tsv, npy) = ("\(folder)/t.csv", "\(folder)/t.tsv", "\(folder)/t.npy")
                try Self.write(Self.text(","), csv)
                try Self.write(Self.text("\t"), tsv)
                try Self.npy().write(to: URL(fileURLWithPath: npy))
                let options = ["--epochs", "6", "--batch-size", "16", "--scale-targets", "standard"]
                func train(_ name: String, _ more: [String], ranks: Int? = nil) async throws -> String? {
                    let outcome = try await Self.train(["--run", "\(folder)/\(name)"] + options + more, ranks: ranks)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return outcome.hash
                }
                let hash = try #require(try await train("one", ["--data", csv, "--target", "y", "--threads", "1"]))
                #expect(try await train("tsv", ["--data", tsv, "--target", "4", "--threads", "3"]) == hash)
                #expect(try await train("npy", ["--data", npy, "--target", "4", "--threads", "2"]) == hash)
                #expect(try await train("seed", ["--data", csv, "--target", "y", "--seed", "2"]) != hash)

                let broken = try await Self.train(
                    ["--run", "\(folder)/broken", "--data", csv, "--target", "y", "--inject", "fail:0:17"]
                        + ["--checkpoint-every", "4steps"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let resumed = try await Program.run(
                    ["train", "--resume", "\(folder)/broken", "--threads", "2", "--quiet", "--target", "y"])
                #expect(resumed.hash == hash, "\(resumed.errors)")
                let refused = try await Program.run(["train", "--resume", "\(folder)/broken", "--target", "a"])
                #expect(refused.status == 64 && refused.errors.contains("--target-columns of the run"))
                let again = try await Program.run(["reproduce", "\(folder)/one", "--quiet", "--threads", "2"])
                #expect(again.status == 0 && again.hash == hash, "\(again.errors)")

                try await Program.requireMPI(for: 2)
                for ranks in [2, 3] {
                    let found = try await train(
                        "ranks\(ranks)", ["--data", csv, "--target", "y", "--threads", "1"], ranks: ranks)
                    #expect(found == hash)
                }
            }
        }

        /// What a table becomes is said, recorded and kept in the model.
        @Test func whatIsMadeOfIt() async throws {
            try await withTemporaryFolder { folder in
                let (path, files) = ("\(folder)/flowers.csv", RunFiles(path: "\(folder)/run"))
                try Self.write(Self.flowers, path)
                let outcome = try await Program.run(
                    ["train", "--data", path, "--target", "species", "--epochs", "2", "--run", files.path])
                try #require(outcome.status == 0, "\(outcome.errors)")
                for words in [
                    "5x64x64x3", "task: classification of species, 3 classes", "5 inputs of 4 columns",
                    "the same in every row: planet", "modern: 2 epochs, patience 50, minibatches of 32",
                    "test 0.2, validation 0.1",
                ] {
                    #expect(outcome.output.contains(words), "\(words) in \(outcome.output)")
                }
                let options = try #require(try files.config["options"] as? JSONObject)
                let expected = [
                    "targetColumns": "species", "task": "classification", "test": "0.2", "validation": "0.1",
                    "scaleInputs": "standard", "missing": "error", "recipe": "modern", "target": "labels",
                    "patience": "50", "model": "5x64x64x3",
                ]
                for (name, value) in expected { #expect(options[name].map { "\($0)" } == value, "\(name)") }
                #expect(options["scaleTargets"] == nil)
                let text = String(decoding: try files.contents("model.safetensors").prefix(4000), as: UTF8.self)
                for words in ["species", "light, green", "lilium", "planet", "shift"] {
                    #expect(text.contains(words), "\(words)")
                }
            }
        }

        /// Options of columns, rows and scaling, each with what it changes.
        @Test(
            arguments: [
                (["--target", "a"], ["task": "regression", "scaleTargets": "standard", "model": "3x64x64x1"]),
                (["--target", "a,4", "--features", "b"], ["model": "1x64x64x2", "target": "numbers"]),
                (
                    ["--target", "y", "--scale-inputs", "minmax", "--scale-targets", "none"],
                    ["scaleInputs": "minmax", "scaleTargets": "none"]
                ),
                (["--target", "b", "--loss", "poisson"], ["scaleTargets": "none", "outputActivation": "linear"]),
                (
                    ["--target", "inputs", "--hidden", "2"],
                    ["model": "4x2x4", "target": "inputs", "outputActivation": "linear"]
                ),
                (
                    ["--target", "y", "--recipe", "article"],
                    ["model": "3x16x16x1", "scaleInputs": "none", "epochs": "1", "batchSize": "1000"]
                ),
                (["--target", "y", "--weight-column", "c"], ["weightColumn": "c", "model": "2x64x64x1"]),
                (["--target", "y", "--validation", "0"], ["validation": "0", "patience": "none"]),
                (["--target", "y", "--test", "FOLDER/t.csv"], ["model": "3x64x64x1"]),
            ] as [([String], [String: String])])
        func options(_ given: [String], _ changes: [String: String]) async throws {
            try await withTemporaryFolder { folder in
                try Self.write(Self.text(","), "\(folder)/t.csv")
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Self.train(
                    ["--data", "\(folder)/t.csv", "--epochs", "1", "--run", files.path]
                        + given.map { $0.replacing("FOLDER", with: folder) })
                try #require(outcome.status == 0, "\(outcome.errors)")
                let options = try #require(try files.config["options"] as? JSONObject)
                for (name, value) in changes { #expect((options[name].map { "\($0)" } ?? "none") == value, "\(name)") }
            }
        }

        /// Who asks for what is not there is told what is, on one line and with the right code.
        @Test(
            arguments: [
                (
                    ["--data", "T"], 64,
                    "t.csv: --target says which column is asked for, such as --target y; there are a, b, c, y"
                ),
                (
                    ["--data", "T", "--target", "z"], 64,
                    "has no column z; expected a, b, c, y, or a number from 1 to 4"
                ),
                (["--data", "none.csv", "--target", "y"], 66, "none.csv"),
                (
                    ["--data", "T", "--target", "y", "--test", "1.5"], 64,
                    "--test must be a file, or a share of the rows, at least 0 and below 1, not 1.5"
                ),
                (["--data", "T", "--target", "y", "--test", "none.csv"], 66, "none.csv"),
                (["--data", "T", "--target", "y", "--task", "clasification"], 64, "did you mean 'classification'?"),
                (
                    ["--data", "T", "--target", "y", "--class-weights", "balanced"], 64,
                    "--class-weights goes with targets that are classes"
                ),
                (
                    ["--data", "T", "--target", "y", "--scale-targets", "log"], 65,
                    "--scale-targets log expects numbers above 0"
                ),
                (["--test", "0.2"], 64, "--test goes with --data of a table"),
                (["--target", "y"], 64, "--target: 'y' is not one of labels, inputs"),
                (["--data", "M", "--target", "y"], 65, "m.csv: line 3, column b: a value is missing; --missing drop"),
                (
                    ["--data", "L", "--target", "y", "--scale-inputs", "none"], 65,
                    "l.csv: line 5, column a is 1e+300; expected numbers up to 3.4028234663852886e+38 either way (--precision float64"
                ),
                (
                    ["--data", "L", "--target", "a", "--task", "regression", "--scale-targets", "none"], 65,
                    "l.csv: line 5, column a is 1e+300; "
                ),
                (
                    ["--data", "T", "--target", "y", "--features", "a", "--scale-inputs", "minmax", "--test", "L"], 65,
                    "l.csv: line 5, column a is 1e+300, scaled "
                ),
            ] as [([String], Int32, String)])
        func refuses(_ options: [String], _ status: Int32, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                try Self.write(Self.text(","), "\(folder)/t.csv")
                try Self.write("a,b,y\n1,2,3.5\n2,,4.5\n3,4,5\n4,5,6\n", "\(folder)/m.csv")
                try Self.write("a,b,y\n1,2,3.5\n\n2,3,4.5\n1e300,4,5\n4,5,6\n", "\(folder)/l.csv")
                let isFile = Set(["T", "M", "L"]).contains
                let outcome = try await Self.train(
                    ["--run", "\(folder)/run"] + options.map { isFile($0) ? "\(folder)/\($0.lowercased()).csv" : $0 })
                #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        /// Files of a table that was split are opened as often as one that is looked at.
        @Test func splitTableIsReadOnce() async throws {
            let source = """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <fcntl.h>
                #include <stdarg.h>
                #include <stdio.h>
                #include <string.h>
                static int told(const char *name, const char *path, int flags, int mode) {
                    const char *end = strrchr(path, '.');
                    if (end && !strcmp(end, ".csv")) dprintf(2, "opened %s\\n", path);
                    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name))(path, flags, mode);
                }
                #define REPLACE(name) int name(const char *path, int flags, ...) { \
                    va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest); \
                    return told(#name, path, flags, mode); }
                REPLACE(open)
                REPLACE(open64)
                """
            try await withTemporaryFolder { folder in
                try Self.write(Self.text(","), "\(folder)/t.csv")
                let split = try await Program.run(
                    ["data", "split", "\(folder)/t.csv", "--validation", "0.2", "--output", "\(folder)/parts"])
                #expect(split.status == 0, "\(split.errors)")
                let library = try await preloaded(source, in: folder)
                func opened(_ set: String, _ command: [String]) async throws -> Int {
                    let outcome = try await Program.run(command, variables: ["LD_PRELOAD": library])
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return outcome.errors.components(separatedBy: "opened \(folder)/parts/\(set).csv").count - 1
                }
                for set in ["train", "validation", "test"] {
                    let once = try await opened(set, ["data", "info", "\(folder)/parts/\(set).csv"])
                    let trained = try await opened(
                        set,
                        ["train", "--data", "\(folder)/parts", "--target", "y", "--epochs", "1"]
                            + ["--run", "\(folder)/\(set)"])
                    #expect(once > 0 && trained == once, "\(set).csv")
                }
            }
        }

        /// A search leaves out of a recipe what goes with gradients alone, and refuses it where it is asked for.
        @Test func geneticSearch() async throws {
            try await withTemporaryFolder { folder in
                try Self.write(Self.text(","), "\(folder)/t.csv")
                let options = ["--data", "\(folder)/t.csv", "--target", "y", "--optimizer", "genetic", "--rounds", "2"]
                let found = try await Self.train(options + ["--run", "\(folder)/run"])
                #expect(found.status == 0 && found.hash != nil, "\(found.errors)")
                let patient = try await Self.train(options + ["--patience", "3", "--run", "\(folder)/patient"])
                #expect(patient.status == 64 && patient.errors.contains("--patience goes with gradients"))
            }
        }

        /// Rows that miss a value are left out, or take the mean; rows and classes count as they are told to.
        @Test func missingValuesAndWeights() async throws {
            try await withTemporaryFolder { folder in
                func lines(_ change: (Int) -> String) -> String {
                    "a,b,w,class\n"
                        + (0..<60).map { "\($0 % 7),\(change($0)),\(1 + $0 % 2),\($0 % 4 == 0 ? "p" : "q")\n" }.joined()
                }
                try Self.write(lines { $0 % 10 == 3 ? "" : "\($0 % 5)" }, "\(folder)/missing.csv")
                try Self.write("q,1\np,3\n", "\(folder)/weights.csv")
                let options = ["--data", "\(folder)/missing.csv", "--target", "class", "--epochs", "2"]
                var hashes: Set<String> = []
                for (index, more) in [
                    ["--missing", "drop"], ["--missing", "mean"], ["--missing", "mean", "--class-weights", "balanced"],
                    ["--missing", "mean", "--class-weights", "\(folder)/weights.csv"],
                    ["--missing", "mean", "--weight-column", "w"], ["--missing", "mean", "--features", "a,b"],
                ].enumerated() {
                    let outcome = try await Self.train(options + more + ["--run", "\(folder)/\(index)"])
                    hashes.insert(try #require(outcome.hash, "\(outcome.errors)"))
                }
                #expect(hashes.count == 6)
            }
        }
    }
}
