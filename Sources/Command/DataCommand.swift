import ArgumentParser
import ChildProcesses
import Datasets
import Frontprop
import Storage

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at datasets, make one, fetch one.",
        subcommands: [Info.self, Synthesize.self, Fetch.self])

    struct Info: FirstRankCommand {
        static let configuration = CommandConfiguration(abstract: "Check a dataset and say what it holds.")

        @OptionGroup var dataOptions: DataOptions

        func runOnFirstRank() throws {
            try Console.print(DatasetSummary(try dataOptions.source.load()))
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
