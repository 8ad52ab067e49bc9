import Foundation
import Testing

extension Integration {
    /// `scripts/train-until-done.sh`: restarts what crashed, on the hosts that are left.
    @Suite(.needsMPI) struct Supervisor {
        private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../scripts/train-until-done.sh").standardized.path

        /// Crashes while there is no second checkpoint yet: once on three slots of two hosts, then never again.
        private static let crashing = """
            #!/bin/sh
            if [ "$1 $2" = "train --run" ]; then exec "$FRONTPROP_REAL" "$@" --inject crash:1:60; fi
            echo "$OMPI_COMM_WORLD_SIZE" >>"$FRONTPROP_RANKS"
            exec "$FRONTPROP_REAL" "$@"
            """

        private func supervise(
            _ folder: String, program: String, hosts: String, restarts: Int = 3, options: [String]
        ) async throws -> Outcome {
            let wrapper = "\(folder)/frontprop"
            try program.write(toFile: wrapper, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
            try hosts.write(toFile: "\(folder)/hosts", atomically: true, encoding: .utf8)
            let arguments = [
                Self.script, "--run", "\(folder)/run", "--hosts", "\(folder)/hosts", "--probe", "test HOST = localhost",
                "--restarts", "\(restarts)", "--launcher", "mpirun --oversubscribe", "--",
            ]
            return try await Child(
                "/bin/bash", arguments + options,
                variables: [
                    "FRONTPROP_BINARY": wrapper, "FRONTPROP_REAL": Program.path, "FRONTPROP_RANKS": "\(folder)/ranks",
                ]
            ).outcome()
        }

        @Test func restartsOnTheHostsThatAnswer() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await supervise(
                    folder, program: Self.crashing, hosts: "localhost slots=2\ngone slots=4\n",
                    options: Resume.options + ["--threads", "1"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(try await outcome.hash == Resume.reference.value)
                #expect(outcome.errors.contains("gone does not answer"))
                #expect(outcome.errors.contains("ended with 70; restart 1 of 3"), "\(outcome.errors)")
                let ranks = try String(contentsOfFile: "\(folder)/ranks", encoding: .utf8)
                #expect(ranks == "2\n2\n", "the restart has the two slots that are left")
            }
        }

        /// A signal that comes between two starts, or while the program has not begun to listen, is not forgotten.
        @Test(arguments: ["exit 70", "exec sleep 30"]) func neverStartsAnewAfterASignal(_ program: String) async throws
        {
            try await withTemporaryFolder { folder in
                let wrapper = "\(folder)/program"
                try "#!/bin/sh\necho start >>\(folder)/starts\n\(program)\n".write(
                    toFile: wrapper, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
                let job = try Child(
                    "/bin/bash", [Self.script, "--run", "\(folder)/run", "--launcher", "env", "--restarts", "9", "--"],
                    variables: ["FRONTPROP_BINARY": wrapper])
                func starts() -> Int {
                    (try? String(contentsOfFile: "\(folder)/starts", encoding: .utf8))?.split(separator: "\n").count
                        ?? 0
                }
                while job.process.isRunning, starts() == 0 { try await Task.sleep(for: .milliseconds(10)) }
                kill(job.process.processIdentifier, SIGTERM)
                let outcome = try await job.outcome(limitSeconds: 25)
                #expect(outcome.status == 75, "\(outcome.errors)")
                #expect(starts() == 1)
            }
        }

        /// Bounded, and not at all where it would fail again.
        @Test func givesUp() async throws {
            try await withTemporaryFolder { folder in
                let always = "#!/bin/sh\nexec \"$FRONTPROP_REAL\" \"$@\" --inject crash:0:0\n"
                let outcome = try await supervise(
                    folder, program: always, hosts: "localhost slots=1\n", restarts: 1, options: Resume.options)
                #expect(outcome.status == 70 && outcome.errors.contains("restart 1 of 1"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("restart 2"))
                let second = "\(folder)/second"
                try FileManager.default.createDirectory(atPath: second, withIntermediateDirectories: true)
                let refused = try await supervise(
                    second, program: Self.crashing, hosts: "localhost slots=1\n",
                    options: ["--data", "\(folder)/none"])
                #expect(refused.status == 66, "\(refused.errors)")
                #expect(!refused.errors.contains("restart 1"))
                let nobody = try await supervise(second, program: always, hosts: "gone slots=1\n", options: [])
                #expect(nobody.status == 70 && nobody.errors.contains("no host"))
            }
        }
    }
}
