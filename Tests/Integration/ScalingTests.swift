import Foundation
import Testing

extension Integration {
    /// Scaling experiments, and reports.
    @Suite struct Scaling {
        static let hasGnuplot = findExecutable("gnuplot") != nil

        static let small = [
            "--train-limit", "600", "--test-limit", "100", "--batch-size", "100", "--epochs", "2", "--repeats", "1",
            "--warm-up", "0",
        ]

        /// Lines of a file as JSON objects; what is none is left out.
        static func lines(_ path: String) throws -> [JSONObject] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? JSONObject
            }
        }

        @Test(
            arguments: [
                (
                    ["scaling"],
                    ["--ranks", "--threads", "--launcher", "--hosts", "--repeats", "--order-seed", "--kind"]
                ),
                (["report"], ["<directories>", "--output", "--latency", "--link-rate", "--batch-sizes"]),
            ])
        func help(_ command: [String], _ words: [String]) async throws {
            let outcome = try await Program.run(command + ["--help"])
            #expect(outcome.status == 0)
            for word in words { #expect(outcome.output.contains(word), "\(word)") }
            #expect(try await !Program.run(["--help"]).output.contains("communication"), "it is no user's command")
        }

        @Test(
            arguments: [
                (["--ranks", "0"], "--ranks"), (["--ranks", "1,,2"], "--ranks"), (["--threads", "x"], "--threads"),
                (["--kind", "loose"], "loose"), (["--reduction", "exact,sloppy"], "sloppy"),
                (["--epochs", "1"], "--epochs"),
                (["--repeats", "0"], "--repeats"), (["--link-rate", "-1"], "--link-rate"),
                (["--slices", "5000"], "--slices"),
                (["--launcher", "srun", "--oversubscribe"], "mpirun"), (["--model", "784"], "784"),
                // Numbers beyond what makes sense, by themselves and together.
                (["--batch-size", "9223372036854775807"], "--batch-size"),
                (["--batch-size", "2147483648"], "--batch-size"),
                (["--ranks", "4", "--batch-size", "1000000000"], "--batch-size"),
                (["--ranks", "65536", "--threads", "2"], "workers"), (["--ranks", "65537"], "--ranks"),
                (["--cores-per-node", "9223372036854775807"], "--cores-per-node"),
                (["--repeats", "9223372036854775807"], "--repeats"), (["--warm-up", "10001"], "--warm-up"),
                (["--epochs", "9223372036854775807"], "--epochs"), (["--time-limit", "1e300"], "--time-limit"),
                (["--link-rate", "1e-300"], "--link-rate"), (["--link-rate", "nan"], "--link-rate"),
                (["--", "--batch-size", "10"], "--batch-size"),
                (["--", "--optimizer", "lm", "--epochs=9"], "--epochs"),
            ])
        func usage(_ options: [String], _ word: String) async throws {
            let outcome = try await Program.run(["scaling", "--run", "none"] + options)
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }

        @Test(arguments: [["--hosts", "no-such-file"], ["--launcher", "no-such-launcher"]])
        func missing(_ options: [String]) async throws {
            let outcome = try await Program.run(["scaling", "--ranks", "1"] + Self.small + options)
            #expect(outcome.status == 66)
            #expect(outcome.messages.count == 1 && outcome.errors.contains(options[1]), "\(outcome.errors)")
        }

        @Test(
            arguments: [
                ["--latency", "0"], ["--latency", "1e5"], ["--link-rate", "inf"], ["--workers-per-node", "0"],
                ["--workers-per-node", "9223372036854775807"], ["--batch-sizes", "1000,0"],
            ])
        func reportUsage(_ options: [String]) async throws {
            let outcome = try await Program.run(["report", "none"] + options)
            #expect(outcome.status == 64 && outcome.errors.contains(options[0]), "\(outcome.errors)")
        }

        @Test(.needsMPI) func underALauncher() async throws {
            let outcome = try await Program.run(["scaling"], ranks: 2)
            #expect(outcome.status == 64 && outcome.messages.count == 1)
        }

        /// Points that fail are recorded, the experiment goes on, and ends with 1; then they are run again.
        @Test(.enabled("no gnuplot") { hasGnuplot }) func failuresAreRecorded() async throws {
            try await withTemporaryFolder { folder in
                let command = ["scaling", "--ranks", "1", "--kind", "strong", "--run", folder] + Self.small
                let outcome = try await Program.run(command + ["--launcher", "false"])
                #expect(outcome.status == 1, "\(outcome.errors)")
                for _ in 0..<2 {
                    let points = try Self.lines("\(folder)/points.jsonl")
                    #expect(points.last?["exit_code"] as? Int == 1 && points.last?["message"] is String)
                    _ = try await Program.run(command + ["--launcher", "false"])
                }
                #expect(try Self.lines("\(folder)/points.jsonl").count == 3)
                #expect(FileManager.default.fileExists(atPath: "\(folder)/report.html"))
            }
        }

        /// What starts processes by themselves starts no ranks: no point may say that it had two.
        @Test(.enabled("no gnuplot") { hasGnuplot }) func launcherThatIsNone() async throws {
            try await withTemporaryFolder { folder in
                let command = ["scaling", "--ranks", "2", "--kind", "strong", "--run", folder, "--launcher", "env"]
                let outcome = try await Program.run(command + Self.small)
                #expect(outcome.status == 1, "\(outcome.errors)")
                let points = try Self.lines("\(folder)/points.jsonl")
                #expect(!points.isEmpty && points.allSatisfy { $0["exit_code"] as? Int != nil })
                #expect(points.allSatisfy { $0["step_seconds"] == nil && $0["call_seconds"] == nil })
            }
        }

        @Test(.needsMPI, .enabled("no gnuplot") { hasGnuplot }) func notEnoughSlots() async throws {
            try await withTemporaryFolder { folder in
                try "localhost slots=1\n".write(toFile: "\(folder)/hosts", atomically: true, encoding: .utf8)
                let command = ["scaling", "--ranks", "2", "--kind", "strong", "--hosts", "\(folder)/hosts"]
                let outcome = try await Program.run(command + ["--run", "\(folder)/run"] + Self.small)
                #expect(outcome.status == 1)
                let message = try #require(Self.lines("\(folder)/run/points.jsonl").last?["message"] as? String)
                #expect(message.contains("--oversubscribe"), "\(message)")
            }
        }

        /// An experiment that is interrupted in the middle of a line goes on with what is missing.
        @Test(.needsMPI, .enabled("no gnuplot") { hasGnuplot }) func resumes() async throws {
            try await withTemporaryFolder { folder in
                let command = ["scaling", "--ranks", "1,2", "--oversubscribe", "--run", folder] + Self.small
                let outcome = try await Program.run(command, limitSeconds: 120)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.outputLines.last == "report: \(folder)/report.html")
                let file = "\(folder)/points.jsonl"
                let first = try Self.lines(file)
                // Strong and weak on two layouts, and a loop of five sizes.
                #expect(first.count == 9 && Set(first.compactMap { $0["id"] as? String }).count == 9)
                let training = first.filter { $0["kind"] as? String != "communication" }
                let strong = training.filter { $0["kind"] as? String == "strong" }
                #expect(Set(strong.compactMap { $0["weights_sha256"] as? String }).count == 1)
                #expect(training.allSatisfy { ($0["step_seconds"] as? Double ?? 0) > 0 })
                if FileManager.default.fileExists(atPath: "/proc/stat") {
                    for point in try first + Self.lines("\(folder)/experiments.jsonl") {
                        let load = try #require(point["load"] as? JSONObject)
                        for name in ["average", "cores", "steal"] { #expect(load[name] is NSNumber, "\(name)") }
                    }
                }
                // One repeat on one and two workers: not all can be told apart, and a cluster is not predicted.
                #expect(outcome.output.contains("model: not identified: "), "\(outcome.output)")
                #expect(outcome.output.contains("model: not measured: ") && outcome.output.contains("alpha"))
                #expect(outcome.output.contains("prediction: Steps of 100 samples: no prediction for "))

                let text = try String(contentsOfFile: file, encoding: .utf8)
                let cut = text.split(separator: "\n").dropLast().joined(separator: "\n") + "\n{\"id\":\"cut"
                try cut.write(toFile: file, atomically: true, encoding: .utf8)
                let again = try await Program.run(command, limitSeconds: 120)
                #expect(again.status == 0, "\(again.errors)")
                let second = try Self.lines(file)
                // The cut line was a training point, or one of a loop's five: that trial alone is run again.
                let ids = Set(second.compactMap { $0["id"] as? String })
                #expect(ids == Set(first.compactMap { $0["id"] as? String }))
                #expect(again.output.split(separator: "\n").filter { $0.hasPrefix("[") }.count == 1)
                #expect(try String(contentsOfFile: "\(folder)/points.csv", encoding: .utf8).hasPrefix("id,source,kind"))
                #expect(try Self.lines("\(folder)/experiments.jsonl").count == 2)
            }
        }

        /// Where steps are of the whole set, that is the batch: it stays, or grows with the workers.
        @Test(.needsMPI, .enabled("no gnuplot") { hasGnuplot }) func stepsOfTheWholeSet() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    [
                        "scaling", "--ranks", "1,2", "--oversubscribe", "--run", folder, "--train-limit", "300",
                        "--test-limit", "50", "--epochs", "3", "--repeats", "1", "--warm-up", "0", "--", "--optimizer",
                        "lbfgs",
                    ], limitSeconds: 120)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let training = try Self.lines("\(folder)/points.jsonl").filter {
                    $0["kind"] as? String != "communication"
                }
                #expect(training.count == 4)
                for point in training {
                    let isWeak = point["kind"] as? String == "weak"
                    #expect(point["steps"] as? Int == 1)
                    #expect(point["optimizer"] as? String == "lbfgs" && point["tries"] as? Double ?? 0 >= 1)
                    #expect(point["samples"] as? Int == (isWeak ? 300 * (point["ranks"] as? Int ?? 0) : 300))
                }
            }
        }

        /// The precision is the one that `train` takes, of the runs and of the loops.
        @Test(
            .needsMPI, .enabled("no gnuplot") { hasGnuplot },
            arguments: [
                (["--optimizer", "lm"], "float64"), (["--optimizer=sgd", "--precision", "float64"], "float64"),
                (["--optimizer", "adam"], "float32"),
            ])
        func precisionOfTheOptimizer(_ options: [String], _ precision: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    [
                        "scaling", "--ranks", "1,2", "--oversubscribe", "--run", folder, "--kind", "strong", "--model",
                        "784x2x10", "--train-limit", "100", "--test-limit", "50", "--epochs", "2", "--repeats", "1",
                        "--warm-up", "0", "--",
                    ] + options, limitSeconds: 120)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let points = try Self.lines("\(folder)/points.jsonl")
                let training = points.filter { $0["kind"] as? String == "strong" }
                #expect(training.count == 2 && training.allSatisfy { $0["precision"] as? String == precision })
                let types = Set(points.compactMap { $0["type"] as? String })
                #expect(types == ["int64", precision == "float32" ? "float" : "double"])
                let model = try String(contentsOfFile: "\(folder)/model.json", encoding: .utf8)
                #expect(
                    model.contains("\"pivot\"") == options.contains("lm"), "only a step with a factor has its terms")
                for point in training {
                    let id = try #require(point["id"] as? String)
                    let run = try RunFiles(path: "\(folder)/runs/\(id)").config["options"] as? JSONObject
                    #expect(run?["precision"] as? String == precision)
                }
            }
        }

        @Test func reportOfNothing() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["report", folder])
                #expect(outcome.status == 66 && outcome.errors.contains(folder))
            }
        }

        @Test func reportOfARun() async throws {
            try await withTemporaryFolder { folder in
                let run = [
                    "train", "--run", "\(folder)/run", "--train-limit", "500", "--test-limit", "100", "--epochs", "2",
                ]
                #expect(try await Program.run(run).status == 0)
                let without = try await Program.run(["report", "\(folder)/run"], variables: ["PATH": folder])
                #expect(without.status == 66 && without.errors.contains("gnuplot"))
                guard Self.hasGnuplot else { try Test.cancel("no gnuplot") }
                let outcome = try await Program.run(["report", "\(folder)/run", "-o", "\(folder)/page.html"])
                #expect(outcome.status == 0 && outcome.output == "report: \(folder)/page.html\n")
                let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
                #expect(page.contains("<svg") && !page.contains("http://www.gnuplot"))
                let mixed = "\(folder)/points"
                try FileManager.default.createDirectory(atPath: mixed, withIntermediateDirectories: true)
                try "".write(toFile: "\(mixed)/points.jsonl", atomically: true, encoding: .utf8)
                #expect(try await Program.run(["report", "\(folder)/run", mixed]).status == 64)
                #expect(try await Program.run(["report", mixed]).status == 65)
            }
        }
    }
}
