import Foundation
import Testing

extension Integration {
    /// `reproduce` finds a run to be what its record says, wherever it runs, and says what is not.
    @Suite struct Reproduce {
        private static let options = [
            "--train-limit", "1500", "--test-limit", "300", "--batch-size", "130", "--epochs", "3", "--threads", "1",
        ]

        private func withRun(
            _ options: [String] = options, ranks: Int? = nil,
            _ body: (RunFiles, _ folder: String, _ hash: String) async throws -> Void
        ) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(["train", "--quiet", "--run", files.path] + options, ranks: ranks)
                try await body(files, folder, try #require(outcome.hash, "\(outcome.errors)"))
            }
        }

        @Test(.needsMPI) func ofThreeRanksOnOtherLayouts() async throws {
            try await withRun(ranks: 3) { files, folder, hash in
                for (threads, ranks) in [(1, nil), (2, nil), (1, 2)] as [(Int, Int?)] {
                    let outcome = try await Program.run(
                        ["reproduce", files.path, "--threads", "\(threads)"], ranks: ranks,
                        variables: ["TMPDIR": folder])
                    #expect(outcome.status == 0 && outcome.hash == hash, "\(outcome.errors)")
                    #expect(outcome.output.contains("reproduced: 3 epochs and the weights"), "\(outcome.output)")
                }
                // Nothing stays in the temporary folder.
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["run"])
            }
        }

        @Test func onAnEmulatedProcessor() async throws {
            let emulator = "/usr/bin/qemu-x86_64"
            guard FileManager.default.isExecutableFile(atPath: emulator) else {
                print("not tested: there is no qemu-x86_64")
                return
            }
            try await withRun { files, _, hash in
                let child = try Child(
                    emulator,
                    ["-cpu", "Haswell", Program.path, "reproduce", files.path, "--epochs", "1", "--threads", "1"])
                let outcome = try await child.outcome(limitSeconds: 300)
                #expect(outcome.status == 0 && outcome.output.contains("reproduced: 1 epochs"), "\(outcome.errors)")
            }
        }

        @Test func theFirstEpochsAlone() async throws {
            try await withRun { files, folder, hash in
                let kept = RunFiles(path: "\(folder)/kept")
                let outcome = try await Program.run(["reproduce", files.path, "--epochs", "2", "--run", kept.path])
                #expect(outcome.status == 0 && outcome.hash != nil && outcome.hash != hash, "\(outcome.errors)")
                #expect(outcome.output.contains("reproduced: 2 epochs"), "\(outcome.output)")
                #expect(try kept.curve("batch_loss") == files.curve("batch_loss").prefix(2).map { $0 })
                let more = try await Program.run(["reproduce", files.path, "--epochs", "4"])
                #expect(more.status == 64 && more.errors.contains("at most 3"), "\(more.errors)")
            }
        }

        @Test(arguments: ["article", "snes"]) func aGeneticSearch(operators: String) async throws {
            let options = [
                "--optimizer", "genetic", "--operators", operators, "--model", "784x4x10", "--rounds", "6",
                "--population",
                "8", "--evaluate-every", "2", "--train-limit", "200", "--test-limit", "50", "--threads", "1",
            ]
            try await withRun(options) { files, _, hash in
                let outcome = try await Program.run(["reproduce", files.path, "--threads", "2"])
                #expect(outcome.status == 0 && outcome.hash == hash, "\(outcome.errors)")
                #expect(outcome.output.contains("reproduced: 6 rounds"), "\(outcome.output)")
                let first = try await Program.run(["reproduce", files.path, "--epochs", "3"])
                #expect(first.status == 0 && first.output.contains("reproduced: 3 rounds"), "\(first.errors)")
            }
        }

        /// Interrupted and resumed: what was run again counts as it was last.
        @Test func aResumedRun() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let options = Self.options + ["--checkpoint-every", "5steps"]
                _ = try await Program.run(["train", "--run", files.path, "--inject", "fail:0:22"] + options)
                let open = try await Program.run(["reproduce", files.path])
                #expect(open.status == 0 && open.output.contains("1 epochs are the same"), "\(open.errors)")
                let resumed = try await Program.run(["train", "--resume", files.path, "--threads", "2"])
                #expect(resumed.status == 0, "\(resumed.errors)")
                let outcome = try await Program.run(["reproduce", files.path])
                #expect(outcome.status == 0 && outcome.hash == resumed.hash, "\(outcome.errors)")
            }
        }

        /// Any number of the record that is another: it was edited.
        @Test(arguments: [
            ("config.json", #""seed" : 1"#, #""seed" : 2"#),
            ("config.json", #""momentum" : 0.5"#, #""momentum" : 0.25"#),
            ("config.json", #""numerics" : "#, #""numerics" : 1"#), ("config.json", #""numerics" : "#, #""others" : "#),
            ("metrics.jsonl", #""event":"epoch","#, #""event":"epoch","extra":1,"#),
            ("metrics.jsonl", #""train_loss":0."#, #""train_loss":1."#),
        ])
        func anEditedRecord(_ file: String, _ old: String, _ new: String) async throws {
            try await withRun { files, _, _ in
                let path = "\(files.path)/\(file)"
                let text = try String(contentsOfFile: path, encoding: .utf8)
                try #require(text.contains(old), "\(text)")
                try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
                let outcome = try await Program.run(["reproduce", files.path])
                #expect(outcome.status == 65 && outcome.errors.contains("was edited"), "\(outcome.errors)")
            }
        }

        @Test func otherData() async throws {
            try await withTemporaryFolder { folder in
                for (name, seed) in [("a", "1"), ("b", "2")] {
                    _ = try await Program.run(
                        ["data", "synthesize", "\(folder)/\(name)", "--train", "500", "--test", "100", "--seed", seed])
                }
                let files = RunFiles(path: "\(folder)/run")
                let first = try await Program.run(
                    ["train", "--run", files.path, "--data", "\(folder)/a", "--epochs", "2", "--threads", "1"])
                #expect(first.status == 0, "\(first.errors)")
                let other = try await Program.run(["reproduce", files.path, "--data", "\(folder)/b"])
                #expect(other.status == 1, "\(other.errors)")
                let message = other.messages.last ?? ""
                for part in ["not reproduced", "epoch 1", "recorded", "data: the checksum"] {
                    #expect(message.contains(part), "\(message)")
                }
                try FileManager.default.moveItem(atPath: "\(folder)/a", toPath: "\(folder)/c")
                let gone = try await Program.run(["reproduce", files.path])
                #expect(gone.status == 66, "\(gone.errors)")
                let moved = try await Program.run(["reproduce", files.path, "--data", "\(folder)/c"])
                #expect(moved.status == 0 && moved.hash == first.hash, "\(moved.errors)")
            }
        }

        /// Takes what tells the program's numerics from the record: the seal at its end, or the checkpoints.
        private static func forget(_ part: String, of files: RunFiles) throws {
            let path = "\(files.path)/\(part)"
            guard part == "metrics.jsonl" else { return try FileManager.default.removeItem(atPath: path) }
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing(/"record_sha256":"[0-9a-f]+",?/, with: "").write(
                toFile: path, atomically: true, encoding: .utf8)
        }

        /// A record of other numerics: its figures are compared, and the difference is said to be no wonder. It cannot go on.
        @Test(arguments: [1, 2, nil]) func otherNumerics(_ numerics: Int?) async throws {
            try await withRun { files, folder, _ in
                let path = "\(files.path)/config.json"
                var text = try String(contentsOfFile: path, encoding: .utf8)
                let line = try #require(text.firstMatch(of: #/  "numerics" : [0-9]+,\n/#))
                text.replace(line.output, with: numerics.map { "  \"numerics\" : \($0),\n" } ?? "")
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                // Its seal and its checkpoint say what it was.
                for part in ["metrics.jsonl", "checkpoints"] {
                    let edited = try await Program.run(["reproduce", files.path])
                    #expect(edited.status == 65 && edited.errors.contains("was edited"), "\(part): \(edited.errors)")
                    try Self.forget(part, of: files)
                }
                let outcome = try await Program.run(["reproduce", files.path])
                #expect(outcome.status == 1, "\(outcome.errors)")
                #expect(
                    outcome.messages.last?.contains("numerics: the run's are \(numerics ?? 1)") == true,
                    "\(outcome.errors)")
                let resumed = try await Program.run(["train", "--resume", files.path, "--epochs", "5"])
                #expect(
                    resumed.status == 65 && resumed.errors.contains("numerics \(numerics ?? 1)"), "\(resumed.errors)")
                for command in [["evaluate", files.path], ["report", files.path]] {
                    let read = try await Program.run(
                        command + ["--threads", "1"].prefix(command[0] == "evaluate" ? 2 : 0))
                    #expect(read.status == 0 || read.errors.contains("gnuplot"), "\(read.errors)")
                }
            }
        }

        @Test func nothingToReproduce() async throws {
            try await withTemporaryFolder { folder in
                #expect(try await Program.run(["reproduce", "\(folder)/none"]).status == 66)
                try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
                #expect(try await Program.run(["reproduce", folder]).status == 65)
                #expect(try await Program.run(["reproduce", folder, "--epochs", "0"]).status == 64)
            }
        }
    }
}
