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
