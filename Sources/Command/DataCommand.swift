import ArgumentParser
import ChildProcesses
import Datasets
import Frontprop
import Storage

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at datasets, cut and convert them, make one, fetch one.",
        subcommands: [Info.self, SplitCommand.self, ConvertCommand.self, Synthesize.self, Fetch.self])

    struct Info: FirstRankCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a dataset and say what it holds.",
            discussion: """
                Of a table: each column's kind, range, mean and missing values, its classes where it has few values, and what \
                it would be learned as if it were asked for.
                """)

        @Argument(help: "The same as --data.")
        var path: String?
        @OptionGroup var dataOptions: DataOptions
        @Flag(help: "The first line of a table in text is data.")
        var noHeader = false

        func runOnFirstRank() throws {
            let name = path ?? dataOptions.data
            if TableFile.isTable(name) {
                return try Console.print(
                    TableSummary(try TableFile.read(name, hasHeader: noHeader ? false : nil)))
            }
            if let split = SplitFolder(name) { return try print(split) }
            let source = DataSource(
                name: name, trainLimit: dataOptions.trainLimit, testLimit: dataOptions.testLimit)
            try Console.print(DatasetSummary(try source.load()))
        }

        /// All sets of a table that was split.
        private func print(_ split: SplitFolder) throws {
            for set in try split.sets() { try Console.print(TableSummary(try split.read(set))) }
        }
    }

    struct Synthesize: FirstRankCommand {
        static let configuration = CommandConfiguration(abstract: "Write the synthetic digits as four IDX files.")

        @Argument(help: "The folder to write to.")
        var directory: String
        @Option(help: "Seed of the digits.")
        var seed: UInt64 = 1
        @Option(help: "Training samples.")
        var train = SyntheticDigits.trainCount
        @Option(help: "Test samples.")
        var test = SyntheticDigits.testCount

        func validate() throws {
            try requireLimits([("--train", train, samplesRange), ("--test", test, samplesRange)])
        }

        func runOnFirstRank() throws {
            try DataSource.synthetic(seed: seed, trainCount: train, testCount: test).write(to: directory)
            try Console.print("\(train) + \(test) synthetic digits written to \(directory)")
        }
    }

    struct Fetch: FirstRankCommand {
        static let configuration = CommandConfiguration(abstract: "Download a dataset.")

        enum Name: String, CaseIterable, ExpressibleByArgument { case mnist }

        @Argument(help: "mnist")
        var name: Name

        func runOnFirstRank() throws {
            try ChildProcess.wait {
                try await MNISTDownload.fetch(to: DataFolders.mnist) { try Console.print($0) }
            }
            try Console.print("MNIST is in \(DataFolders.mnist); train with --data mnist")
        }
    }
}
