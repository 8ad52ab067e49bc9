import Foundation
import Testing

extension Integration {
    /// The environment that the program finds, and the files that come with it.
    @Suite struct Surroundings {
        /// A variable that is empty is as one that is not set.
        @Test(
            arguments: [
                (["FRONTPROP_DATA": "", "XDG_CACHE_HOME": ""], "/.cache/frontprop/mnist"),
                (["FRONTPROP_DATA": "", "XDG_CACHE_HOME": "/nowhere/cache"], "/nowhere/cache/frontprop/mnist"),
                (["FRONTPROP_DATA": "/nowhere/data", "XDG_CACHE_HOME": ""], "/nowhere/data/mnist"),
            ])
        func emptyVariables(_ variables: [String: String], _ folder: String) async throws {
            let home = ["HOME": "/nowhere/home"]
            let outcome = try await Program.run(
                ["train", "--data", "mnist"], variables: home.merging(variables) { $1 })
            #expect(outcome.status == 66 && outcome.errors.contains("/nowhere"), "\(outcome.errors)")
            #expect(outcome.errors.contains(folder), "\(outcome.errors)")
        }

        /// Two megabytes that become half a gigabyte, where there is room for less.
        @Test func bombWithoutRoom() async throws {
            try await withTemporaryFolder { folder in
                try SmallDigits.write(to: folder)
                let script = #"""
                    cd "$0" && rm train-images-idx3-ubyte || exit 1
                    { printf '\000\000\010\003\000\012\000\000\000\000\000\034\000\000\000\034'; head -c 513802240 /dev/zero; } |
                        gzip -1 >train-images-idx3-ubyte.gz || exit 1
                    ulimit -v 700000; exec "$1" train --data . --threads 1 --run run
                    """#
                let outcome = try await Child("/bin/sh", ["-c", script, folder, Program.path]).outcome()
                #expect(outcome.status == 70 && outcome.messages.count == 1, "\(outcome.errors)")
                #expect(outcome.errors.contains("train-images-idx3-ubyte.gz: there is no memory"), "\(outcome.errors)")
            }
        }

        /// The recipe of the image copies what a fresh clone has.
        @Test func recipeForAClone() async throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path
            guard let git = findExecutable("git"), FileManager.default.fileExists(atPath: "\(root)/.git") else {
                try Test.cancel("no clone to look at")
            }
            let recipe = try String(contentsOfFile: "\(root)/scripts/cluster/frontprop.def", encoding: .utf8)
            let copied = recipe.split(separator: "\n").compactMap { line in
                line.wholeMatch(of: #/ +([^/ ][^ ]*) +/source/.*/#).map { String($0.1) }
            }
            #expect(copied.contains("Package.swift") && copied.contains("Sources"))
            for path in copied {
                let tracked = try await Child(git, ["-C", root, "ls-files", "--error-unmatch", path]).outcome()
                #expect(tracked.status == 0, "\(path) is not in a clone: \(tracked.errors)")
            }
        }
    }
}
