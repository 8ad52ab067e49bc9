import Foundation
import Testing

extension Integration {
    /// One table in every format (Tests/Golden/make-tables.py) is one run, whoever reads it.
    @Suite struct TableFormats {
        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Golden/tables").path

        private func hash(_ file: String, ranks: Int?, _ options: [String]) async throws -> String? {
            let outcome = try await Program.run(
                [
                    "train", "--data", "\(Self.folder)/\(file)", "--target", "y", "--hidden", "5", "--test", "0.2",
                    "--batch-size", "8", "--epochs", "3", "--quiet",
                ] + options, ranks: ranks)
            #expect(outcome.status == 0, "\(file): \(outcome.errors)")
            return outcome.hash
        }

        #if HDF5
            private static let hdf5: [(String, Int?)] = [("table.h5", 2), ("table.h5:/group/x,/group/y", nil)]
        #else
            private static let hdf5: [(String, Int?)] = []
        #endif

        @Test func oneHash() async throws {
            let expected = try #require(try await hash("table.csv", ranks: nil, []))
            let others: [(String, Int?)] = [
                ("table.csv.gz", nil), ("table.tsv", 2), ("table.npz", 3), ("packed.npz", nil),
            ]
            let hasMPI = try await Program.hasMPI.value
            for (file, ranks) in others + Self.hdf5 {
                #expect(try await hash(file, ranks: hasMPI ? ranks : nil, []) == expected, "\(file)")
            }
        }

        /// What a sparse file leaves out is zero, also where that is a whole column, or all of them.
        @Test func sparseRowsOfOtherWidths() async throws {
            try await withTemporaryFolder { folder in
                func file(_ name: String, _ text: String) throws -> String {
                    try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
                    return "\(folder)/\(name)"
                }
                let rows = (0..<40).map { "\($0 % 7) 1:\($0 + 1) 3:\($0 % 3) 9:\(0.5 + Double($0))\n" }.joined()
                let main = try file("train.svm", rows)
                let narrow = try file("narrow.svm", "2.5 1:4\n3.5\n")
                let wide = try file("wide.svm", "1.5 1:4 9:2 12:1\n")
                let filled = try file("filled.csv", "x1,x3,x9,y\n4,0,0,2.5\n0,0,0,3.5\n")
                func train(_ name: String, _ validation: String) async throws -> Outcome {
                    try await Program.run(
                        ["train", "--data", main, "--task", "regression", "--validation", validation, "--test", wide]
                            + ["--epochs", "3", "--hidden", "3", "--run", "\(folder)/\(name)", "--quiet"])
                }
                let (sparse, written) = (try await train("sparse", narrow), try await train("written", filled))
                #expect(sparse.status == 0 && sparse.hash == written.hash, "\(sparse.errors)")
                #expect(sparse.errors.contains("wide.svm: 1 column (x12) left out"), "\(sparse.errors)")
                let losses = try ["sparse", "written"].map {
                    try RunFiles(path: "\(folder)/\($0)").curve("validation_loss")
                }
                #expect(losses[0] == losses[1])
                // Rows without a single number.
                let zeros = try file("zeros.svm", "0\n0 # nothing\n")
                let (none, zero) = (
                    try await Program.run(["predict", "\(folder)/sparse", zeros]),
                    try await Program.run(
                        ["predict", "\(folder)/sparse", try file("zeros.csv", "x1,x3,x9,y\n0,0,0,0\n0,0,0,0\n")])
                )
                #expect(none.status == 0 && none.output == zero.output, "\(none.errors)")
            }
        }

        /// Sparse rows, which stay so up to the first layer, and the same with their zeros.
        @Test func oneHashUnscaled() async throws {
            let options = ["--scale-inputs", "none"]
            let expected = try #require(try await hash("table.csv", ranks: nil, options))
            let hasMPI = try await Program.hasMPI.value
            for (file, ranks) in [("table.svm", nil), ("table.svm", 3), ("table.npz", 2)] as [(String, Int?)] {
                #expect(try await hash(file, ranks: hasMPI ? ranks : nil, options) == expected, "\(file)")
            }
        }
    }
}
