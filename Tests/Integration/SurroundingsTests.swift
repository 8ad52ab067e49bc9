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
