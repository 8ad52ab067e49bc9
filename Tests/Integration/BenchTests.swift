import Foundation
import Testing

extension Integration {
    @Suite struct BenchCommand {
        private static let tiny = [
            "bench", "--train-limit", "40", "--repeats", "2", "--epochs", "2", "--scalar-samples", "2",
            "--matrix-samples", "10", "--workers", "1,2", "--model", "784x4x10", "--quiet",
        ]

        @Test func tableOfATinySet() async throws {
            try await withTemporaryFolder { folder in
                let hasMPI = try await Program.hasMPI.value
                let launcher = hasMPI ? ["--launcher", "mpirun --oversubscribe -n {ranks}"] : []
                let outcome = try await Program.run(
                    Self.tiny + launcher + ["--output", folder, "--format", "json"], limitSeconds: 120)
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? JSONObject)
                let bench = try #require(object["bench"] as? JSONObject)
                #expect(bench["samples"] as? Int == 40 && bench["model"] as? String == "784x4x10")
                let cells = try #require(bench["cells"] as? [JSONObject])
                #expect(cells.count == (hasMPI ? 12 : 8))
                for cell in cells {
                    let engine = try #require(cell["engine"] as? String)
                    let part = ["scalar": 2, "matrix": 10][engine] ?? 40
                    #expect(cell["samples"] as? Int == part && cell["extrapolated"] as? Bool == (part < 40))
                    let seconds = try #require(cell["seconds"] as? [Double])
                    #expect(seconds.count == 2 && seconds.allSatisfy { $0 > 0 })
                    #expect((cell["weights"] as? [String])?.count == 1)
                }
                let text = try String(contentsOfFile: "\(folder)/bench.txt", encoding: .utf8)
                for words in ["scalar", "≈", "2 threads", "i7-7700HQ ×4", "0.63", "with the same weights"] {
                    #expect(text.contains(words), "\(words)")
                }
                let markdown = try String(contentsOfFile: "\(folder)/bench.md", encoding: .utf8)
                #expect(markdown.contains("\n|---|---:"))
            }
        }

        @Test(
            arguments: [
                (["--workers", "0"], 64, "number of workers"), (["--engines", "autograd"], 64, "no engine"),
                (["--engines", ","], 64, "--engines"), (["--workers", "1,"], 64, "number of workers"),
                (["--scalar-samples", "9223372036854775807"], 64, "at most 2147483647"),
                (["--epochs", "9223372036854775807"], 64, "at most 1000000"),
                (["--layouts", "fibres"], 64, "--layouts"), (["--repeats", "0"], 64, "at least 1"),
                (["--data", "/nowhere"], 66, "/nowhere"),
            ])
        func refuses(_ options: [String], _ status: Int32, _ words: String) async throws {
            let outcome = try await Program.run(["bench"] + options)
            #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
        }

        @Test(.needsMPI) func refusesToBeLaunched() async throws {
            let outcome = try await Program.run(["bench"], ranks: 2)
            #expect(outcome.status == 64 && outcome.messages.count == 1)
            #expect(outcome.errors.contains("without mpirun"))
        }

        @Test(.needsMPI) func launcherThatIsNotThere() async throws {
            let options = Self.tiny + ["--engines", "backprop", "--layouts", "ranks", "--launcher", "no-such-launcher"]
            let outcome = try await Program.run(options)
            #expect(outcome.status == 66 && outcome.errors.contains("no-such-launcher"), "\(outcome.errors)")
        }

        /// A figure of two ranks is one of two ranks, not of two programs or of one.
        @Test(
            .needsMPI,
            arguments: [
                ("env", Int32(76), "started one program on 1 of them"), (" ", 64, "must name a program"),
                ("env OMP_NUM_THREADS={threads}", 76, "started one program on 1 of them"),
                ("echo", 76, "started no program that began"), ("false", 70, "ended with 1"),
            ]) func launcherOfNoRanks(_ launcher: String, _ status: Int32, _ words: String) async throws
        {
            let options = ["--engines", "backprop", "--layouts", "ranks", "--workers", "2", "--launcher", launcher]
            let outcome = try await Program.run(Self.tiny + options)
            #expect(outcome.status == status && outcome.output.isEmpty, "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }

        /// What a child says is said on, with its exit code.
        @Test func childThatFails() async throws {
            let outcome = try await Program.run(
                ["bench", "--engines", "scalar", "--model", "784x2000x2000x2000x10", "--quiet", "--workers", "1"])
            #expect(outcome.status == 64 && outcome.errors.contains("scalar on 784x2000"), "\(outcome.errors)")
        }

        /// A signal ends the children too.
        @Test(.enabled("no /proc") { FileManager.default.fileExists(atPath: "/proc/self/stat") })
        func signalEndsTheChildren() async throws {
            let options = [
                "bench", "--engines", "scalar", "--scalar-samples", "60000", "--workers", "1", "--repeats", "9",
            ]
            let bench = try Program.start(options)
            var children: [Int32] = []
            for _ in 0..<400 where children.isEmpty {
                try await Task.sleep(for: .milliseconds(50))
                children = Self.children(of: bench.process.processIdentifier)
            }
            #expect(!children.isEmpty)
            bench.process.terminate()
            let outcome = try await bench.outcome()
            #expect(outcome.status == 75 && outcome.errors.contains("stopped by SIGTERM"), "\(outcome.errors)")
            for child in children { #expect(kill(child, 0) != 0, "no child is left behind") }
        }

        private static func children(of parent: Int32) -> [Int32] {
            let processes =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
            return processes.filter { process in
                let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
                guard let name = text.lastIndex(of: ")") else { return false }
                let fields = text[name...].dropFirst().split(separator: " ")
                return fields.count > 1 && Int32(fields[1]) == parent
            }
        }
    }
}
