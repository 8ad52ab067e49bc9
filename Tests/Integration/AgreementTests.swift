import Foundation
import Testing

extension Integration {
    /// Ranks that were given different things to do end at once, all of them, whatever it is.
    @Suite struct Agreement {
        private static let train = [
            "train", "--train-limit", "200", "--test-limit", "50", "--threads", "1", "--epochs", "2", "--quiet",
        ]

        @Test(
            .needsMPI,
            arguments: [
                [train, ["report", "none"]], [["data", "info", "--train-limit", "10"], train],
                [train, ["evaluate", "none"]], [["train", "--epochs", "x"], train],
                [train, ["train", "--epochs", "x"]],
                [train, train + ["--seed", "2"]], [["gradcheck"], ["--help"]], [["dance"], ["gradcheck"]],
                [["communication"], ["communication", "--words", "5"], ["communication"]], [train, []],
                [["evaluate", "a b"], ["evaluate", "a", "b"]],
            ])
        func otherCommands(_ commands: [[String]]) async throws {
            let (outcome, statuses) = try await Program.runApart(commands)
            #expect(statuses == commands.map { _ in 76 }, "\(outcome.errors)")
            #expect(outcome.messages.count == 1 && outcome.output.isEmpty, "\(outcome.errors)")
            for command in commands {
                // The number of threads is none of it.
                for word in command where word != "--threads" && word != "1" {
                    #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)")
                }
            }
            #expect(
                outcome.errors.contains("rank 0 on \(hostName)") && outcome.errors.contains("rank 1 on \(hostName)"))
        }

        /// Of command lines that fill a screen the message shows the place where they differ.
        @Test(.needsMPI) func longCommands() async throws {
            let long = ["train", "--data", String(repeating: "x", count: 5000)]
            let (outcome, statuses) = try await Program.runApart([long + ["--seed", "17"], long + ["--seed", "18"]])
            #expect(statuses == [76, 76])
            #expect(outcome.errors.contains("--seed 17") && outcome.errors.contains("--seed 18"), "\(outcome.errors)")
            #expect(outcome.errors.utf8.count < 2000)
        }

        /// A program that only its content tells from another.
        @Test(.needsMPI) func otherBuild() async throws {
            try await withTemporaryFolder { folder in
                let copy = "\(folder)/frontprop"
                try FileManager.default.copyItem(atPath: Program.path, toPath: copy)
                let file = try #require(FileHandle(forUpdatingAtPath: copy))
                // The table of sections at its end, which nobody reads at run time: the same length, the same code.
                let end = try file.seekToEnd()
                try file.seek(toOffset: end - 1)
                let last = try #require(try file.readToEnd()?.first)
                try file.seek(toOffset: end - 1)
                try file.write(contentsOf: Data([last ^ 1]))
                try file.close()
                let (outcome, statuses) = try await Program.runApart(
                    [Self.train, Self.train], programs: [Program.path, copy])
                #expect(statuses == [76, 76] && outcome.messages.count == 1, "\(outcome.errors)")
                #expect(outcome.errors.contains("differ in the program"), "\(outcome.errors)")
            }
        }

        /// What may differ: the number of threads, and the folder that a rank works in.
        @Test(.needsMPI) func whatMayDiffer() async throws {
            try await withTemporaryFolder { folder in
                let base = ["train", "--run", "\(folder)/run"] + Failures.small
                let (outcome, statuses) = try await Program.runApart(
                    [base + ["--threads", "1"], base + ["--threads=2"]], folders: ["/", folder])
                #expect(statuses == [0, 0] && outcome.hash != nil, "\(outcome.errors)")
            }
        }

        /// Open MPI's second program in one rank cannot begin; its own code would be 1.
        @Test(.needsMPI) func secondProgramOfARank() async throws {
            let mpirun = try #require(findExecutable("mpirun"))
            let script = #""$0" gradcheck --random 1; "$0" gradcheck --random 1; echo "code $?""#
            let outcome = try await Child(mpirun, ["-n", "1", "sh", "-c", script, Program.path]).outcome()
            let code = outcome.outputLines.last.map(String.init)
            #expect(code == "code 0" || code == "code 76", "\(outcome.output)\(outcome.errors)")
            #expect(code == "code 0" || outcome.messages.contains { $0.contains("cannot join the others") })
        }
    }
}
