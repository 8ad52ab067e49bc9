import Foundation
import Testing

extension Integration {
    /// Paths as users write them.
    @Suite struct Paths {
        private static let small = ["--train-limit", "200", "--test-limit", "50"]
        private static let training = ["train", "--threads", "1", "--epochs", "1", "--quiet"] + small

        /// Runs commands, words of a shell, in a folder of their own; `$F` is the program, and the last output the script's.
        private func script(_ text: String) async throws -> Outcome {
            try await withTemporaryFolder { folder in
                try await Child("/bin/bash", ["-c", "cd \"$1\"; F=$0; \(text)", Program.path, folder]).outcome()
            }
        }

        private static func canMakeDevices() async throws -> Bool {
            try await withTemporaryFolder { folder in
                let probe = "mknod \"$0/null\" c 1 3 && echo probe >\"$0/null\""
                return try await Child("/bin/sh", ["-c", probe, folder]).outcome().status == 0
            }
        }

        private static let options = Self.small.joined(separator: " ")

        @Test(arguments: ["a", ".", "./", "b/", "c/d", "é", "a/../e"]) func folderOfARun(_ path: String) async throws {
            let outcome = try await script(
                "\"$F\" \(Self.training.joined(separator: " ")) --run '\(path)' && test -s '\(path)/model.safetensors'")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        @Test func oneCharacterEverywhere() async throws {
            let outcome = try await script(
                """
                set -e
                "$F" \(Self.training.joined(separator: " ")) --run r --trace t
                "$F" predict --weights r --count 1 --output p \(Self.options)
                "$F" jacobian --weights r --count 1 --check 0 --output j \(Self.options)
                "$F" report r --output R
                "$F" data synthesize d --train 5 --test 5
                "$F" data synthesize e/f --train 5 --test 5
                test -s t && test -s p && test -s j/classes.png && test -s R
                """)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        @Test func emptyPath() async throws {
            let outcome = try await Program.run(Self.training + ["--run", ""])
            #expect(outcome.status == 73, "\(outcome.errors)")
        }

        /// Refused, not written somewhere else.
        @Test func pathThatIsNotUTF8() async throws {
            let outcome = try await script(
                "\"$F\" \(Self.training.joined(separator: " ")) --run $'r\\xffn'; s=$?; ls | wc -l; exit $s")
            #expect(outcome.status == 64 && outcome.errors.contains("is not UTF-8"), "\(outcome.errors)")
            #expect(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }

        /// What is a link stays one; what is a pipe or a device takes the bytes.
        @Test func outputsThatAreNoFiles() async throws {
            let outcome = try await script(
                """
                set -e
                "$F" \(Self.training.joined(separator: " ")) --run r
                predict() { "$F" predict --weights r --count 1 \(Self.options) --output "$1"; }
                predict plain
                echo old >target; mkdir far; ln -s ../target far/link; ln -s far/link link
                predict link; test -L link && test -L far/link && cmp target plain
                ln -s new dangling; predict dangling; test -L dangling && cmp new plain
                mkfifo pipe; cat pipe >got & predict pipe; wait; test -p pipe && cmp got plain
                predict /dev/stdout >shown; cmp shown plain
                predict /dev/fd/5 5>five; cmp five plain
                ln -s /dev/null null; predict null; test -L null && test -c /dev/null
                ln -s /dev/full full; s=0; predict full || s=$?; test $s = 74
                ln -s loop loop; s=0; predict loop || s=$?; test $s = 73
                mkdir folder; s=0; predict folder || s=$?; test $s = 73
                s=0; predict none/x || s=$?; test $s = 73
                """)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// As a superuser `--output /dev/null` must not make a file of the device: tried on one of its own.
        @Test(.enabled("this user may not make devices") { try await Self.canMakeDevices() }) func devices()
            async throws
        {
            let outcome = try await script(
                """
                set -e
                "$F" \(Self.training.joined(separator: " ")) --run r
                mknod null c 1 3
                "$F" predict --weights r --count 1 --output null \(Self.options); test -c null
                "$F" report r --output null; test -c null
                "$F" \(Self.training.joined(separator: " ")) --run s --trace null; test -c null
                """)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// A trace that cannot be written is said before the training; one that cannot be written any more costs nothing else.
        @Test func traces() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let refused = try await Program.run(Self.training + ["--run", files.path, "--trace", "\(folder)/no/t"])
                #expect(refused.status == 73 && !files.has("metrics.jsonl"), "\(refused.errors)")

                mkdir("\(folder)/gone", 0o755)
                let job = try Program.start(
                    ["train", "--quiet", "--run", files.path, "--trace", "\(folder)/gone/t"] + Resume.long)
                try await Launch.waitForAnEpoch(of: job, files)
                rmdir("\(folder)/gone")
                let outcome = try await job.outcome()
                #expect(outcome.status == 73 && outcome.hash != nil, "\(outcome.errors)")
                #expect(files.has("model.safetensors"))
            }
        }
    }
}
