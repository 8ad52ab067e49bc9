import ArgumentParser
import Datasets
import Frontprop
import Storage

extension DataCommand {
    /// `data split`.
    struct SplitCommand: FirstRankCommand {
        static let configuration = CommandConfiguration(
            commandName: "split", abstract: "Cut a table into rows to train with, to decide by and to test with.",
            discussion: """
                Which row goes where is a function of the seed and the row alone. The folder is a --data for train, which keeps \
                the rows apart.
                """)

        @Argument(help: "A table: \(TableFile.suffixes); - for a CSV on standard input.")
        var file: String
        @Option(help: "The share of the rows to test with; with --group as near to it as whole groups come.")
        var test = 0.2
        @Option(help: "The share of the others to decide by, likewise: when a training ends, and with which weights.")
        var validation = 0.0
        @Option(help: "A column whose values keep their shares in every set, by name or number.")
        var stratify: String?
        @Option(help: "A column whose rows of one value all go to one set.")
        var group: String?
        @Option(help: "Seed of the draws.")
        var seed: UInt64 = 1
        @Flag(help: "The first line of a table in text is data.")
        var noHeader = false
        @Option(help: "The folder to write train.csv, validation.csv, test.csv and columns.json to.")
        var output: String

        func validate() throws {
            for (name, share) in [("--test", test), ("--validation", validation)]
            where !(share >= 0 && share < 1) {
                throw ValidationError("\(name) must be a share of the rows, at least 0 and below 1, not \(share).")
            }
        }

        func runOnFirstRank() throws {
            let file = try TableFile.read(self.file, hasHeader: noHeader ? false : nil)
            let table = try file.whole
            var options = TableSplit.Options()
            (options.test, options.validation, options.seed) = (test, validation, seed)
            (options.stratify, options.group) = (stratify, group)
            let split = try TableSplit(table, options)
            try SplitFolder.write(table, split, options, to: output)
            let counts = SampleSet.allCases.compactMap { set in
                split.rows[set].map { "\($0.count) \(set.title)" }
            }
            try Console.print("\(counts.joined(separator: ", ")) rows written to \(output)")
        }
    }

    /// `data convert`.
    struct ConvertCommand: FirstRankCommand {
        static let configuration = CommandConfiguration(
            commandName: "convert", abstract: "Write a table in another format; every number is read as it was.")

        @Argument(help: "A table: \(TableFile.suffixes); - for a CSV on standard input.")
        var file: String
        @Argument(help: "The file to write: \(Table.writtenSuffixes.joined(separator: ", ")).")
        var output: String
        @Option(
            help:
                "The columns that are asked for, by name or number, which .npz and .svm keep apart [as the file has them]."
        )
        var target: String?
        @Flag(help: "The first line of a table in text is data.")
        var noHeader = false

        func runOnFirstRank() throws {
            let file = try TableFile.read(self.file, hasHeader: noHeader ? false : nil)
            let table = try file.whole
            let targets = try ColumnNames(table).targets(named: target, usual: file.targets)
            try table.write(to: output, targets: targets)
            try Console.print(
                "\(counted(table.rowCount, "row")) of \(counted(table.columns.count, "column")) written to \(output)")
        }
    }
}

extension TableFile {
    /// The table, where that is all that the file holds and all that is in it is as it should be.
    ///
    /// - Throws: what is wrong with a column; `.usage` where the file keeps rows to test with as well.
    fileprivate var whole: Table {
        get throws {
            try requireSound(table.columns.map(\.name))
            guard test == nil else {
                throw Failure(
                    .usage,
                    "\(table.name) holds rows to test with besides: name the arrays that are wanted behind a colon, such as "
                        + "\(table.name):x_train,y_train")
            }
            return table
        }
    }
}
