import Foundation
import Storage
import Testing

@testable import Datasets

/// A table of every kind of column, with what is hard to write.
private let mixed = Table(
    name: "mixed.csv",
    columns: [
        Table.Column(
            name: "a", values: .numbers([0.1 + 0.2, -0.0, .leastNonzeroMagnitude, .nan, 1.7976931348623157e308, 3])),
        Table.Column(
            name: "b, \"quoted\"",
            values: .texts(codes: [0, 1, 2, -1, 3, 4], names: ["a,b", "a\"b", "a\nb", "a\tb", " blank "])),
        Table.Column(
            name: "c",
            values: .sparse(Table.SparseNumbers(rows: [1, 4], numbers: [2.5, -1e-5], count: 6))),
    ], rowCount: 6)

private let numbers = Table(
    name: "numbers.csv",
    columns: [
        Table.Column(name: "x0", values: .numbers([1, 0, 0.1])),
        Table.Column(name: "x1", values: .numbers([0, 0, -2])),
        Table.Column(name: "y", values: .numbers([3, 1e-300, 7])),
    ], rowCount: 3)

/// The bits of a table's values, with its columns' names.
private func values(_ table: Table) -> [[String]] {
    table.columns.map { column in
        (0..<table.rowCount).map { row in
            switch column.value(ofRow: row) {
            case .number(let number): "\(number.bitPattern)"
            case .text(let text): text
            case nil: "missing"
            }
        }
    }
}

@Suite struct TableWritingTests {
    @Test(arguments: ["csv", "csv.gz", "tsv", "tsv.gz"]) func everyValueOfText(suffix: String) throws {
        try withTemporaryFolder { (folder: String) in
            let path = "\(folder)/table.\(suffix)"
            try mixed.write(to: path)
            let found = try TableFile.read(path).table
            #expect(found.columns.map(\.name) == mixed.columns.map(\.name))
            #expect(values(found) == values(mixed))
        }
    }

    /// The same bytes whenever it is written.
    @Test func gzipSaysNoTime() throws {
        try withTemporaryFolder { (folder: String) in
            try mixed.write(to: folder + "/a.csv.gz")
            let bytes = try InputFile.read(folder + "/a.csv.gz")
            #expect(Array(bytes[4..<8]) == [0, 0, 0, 0])
        }
    }

    @Test func aMissingValueAloneIsARow() throws {
        try withTemporaryFolder { (folder: String) in
            let table = Table(
                name: "one", columns: [Table.Column(name: "a", values: .numbers([1, .nan, 2]))], rowCount: 3)
            try table.write(to: folder + "/a.csv")
            #expect(values(try TableFile.read(folder + "/a.csv").table) == values(table))
        }
    }

    @Test(arguments: ["npz", "svm", "libsvm"]) func targetsKeptApart(suffix: String) throws {
        try withTemporaryFolder { (folder: String) in
            let path = "\(folder)/table.\(suffix)"
            try numbers.write(to: path, targets: [2])
            let file = try TableFile.read(path)
            // Sparse rows count columns from 1, and have none that is zero in all of them.
            let names = suffix == "npz" ? ["x0", "x1"] : ["x1", "x2"]
            let targets = file.table.columns.filter { file.targets.contains($0.name) }
            #expect(targets.map(\.numbers) == [[3, 1e-300, 7]])
            let inputs = names.map { name in file.table.columns.first { $0.name == name }?.numbers ?? [0, 0, 0] }
            #expect(inputs == [[1, 0, 0.1], [0, 0, -2]] && file.table.isSparse == (suffix != "npz"))
        }
    }

    @Test func oneArray() throws {
        try withTemporaryFolder { (folder: String) in
            try numbers.write(to: folder + "/a.npy")
            let array = try NumPyArray.read(path: folder + "/a.npy")
            #expect(array.shape == [3, 3] && array.elements == .float64([1, 0, 3, 0, 0, 1e-300, 0.1, -2, 7]))
        }
    }

    @Test func whatAFormatCannotHold() throws {
        func failure(_ body: () throws -> Void) -> Failure? {
            do { try body() } catch { return error as? Failure }
            return nil
        }
        try withTemporaryFolder { (folder: String) in
            let texts = failure { try mixed.write(to: folder + "/a.npy") }
            #expect(texts?.status == .usage && texts?.message.contains("b, \"quoted\"") == true)
            #expect(failure { try mixed.write(to: folder + "/a.txt") }?.message.contains(".csv, .csv.gz") == true)
            #expect(failure { try numbers.write(to: folder + "/a.svm") }?.message.contains("--target") == true)
            let missing = Table(
                name: "m.csv",
                columns: [
                    Table.Column(name: "a", values: .numbers([1, .nan])),
                    Table.Column(name: "b", values: .numbers([1, 2])),
                ], rowCount: 2, lines: [2, 3])
            let hole = failure { try missing.write(to: folder + "/a.svm", targets: [1]) }
            #expect(hole?.status == .badData && hole?.message.contains("m.csv: line 3, column a") == true)
            let written = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(written == [])
        }
    }

    @Test func someRows() {
        let rows = [4, 0, 4, 3]
        let some = mixed.subset(rows)
        let all = values(mixed)
        #expect(values(some) == all.map { column in rows.map { column[$0] } })
    }
}

@Suite struct TableSplitTests {
    private static func table(_ count: Int, classes: Int = 3, groups: Int = 7) -> Table {
        Table(
            name: "t.csv",
            columns: [
                Table.Column(name: "x", values: .numbers((0..<count).map(Double.init))),
                Table.Column(
                    name: "class",
                    values: .texts(codes: (0..<count).map { Int32($0 % classes) }, names: ["a", "b", "c"])),
                Table.Column(name: "group", values: .numbers((0..<count).map { Double($0 * $0 % groups) })),
            ], rowCount: count, lines: (0..<count).map { $0 + 2 })
    }

    private static func options(_ make: (inout TableSplit.Options) -> Void) -> TableSplit.Options {
        var options = TableSplit.Options()
        (options.test, options.validation) = (0.2, 0.1)
        make(&options)
        return options
    }

    @Test func everyRowOnceAndAlwaysTheSame() throws {
        let table = Self.table(100)
        let split = try TableSplit(table, Self.options { $0.seed = 3 })
        #expect(
            split.rows[.test]?.count == 20 && split.rows[.validation]?.count == 8 && split.rows[.train]?.count == 72)
        #expect(split.rows.values.flatMap { $0 }.sorted() == Array(0..<100))
        #expect(try TableSplit(table, Self.options { $0.seed = 3 }) == split)
        #expect(try TableSplit(table, Self.options { $0.seed = 4 }) != split)
        // As a run with the same seed and shares holds rows out.
        #expect(split.rows[.test] == Split.heldOut(0.2, of: Array(0..<100), seed: 3, for: .test))
    }

    @Test func strataKeepTheirShares() throws {
        let split = try TableSplit(Self.table(150), Self.options { $0.stratify = "class" })
        let counts = (0..<3).map { one in split.rows[.test]!.count { $0 % 3 == one } }
        #expect(counts == [10, 10, 10])
    }

    @Test func groupsStayWhole() throws {
        let table = Self.table(140, groups: 23)
        let split = try TableSplit(
            table,
            Self.options {
                $0.group = "group"
                $0.stratify = "class"
            })
        #expect(split.rows.values.flatMap { $0 }.sorted() == Array(0..<140))
        let groups = split.rows.mapValues { rows in Set(rows.map { $0 * $0 % 23 }) }
        for (set, one) in groups {
            for (other, two) in groups where other != set { #expect(one.isDisjoint(with: two)) }
        }
        #expect(groups.count == 3)
    }

    /// Shares are of rows, as nearly as whole groups let: by trying all choices.
    @Test(arguments: [
        ([50, 30, 20], 0.2), ([6, 5, 5], 0.6), ([40, 40, 40, 1], 0.3), ([7, 7, 7], 0.1),
        ([1, 2, 4, 8, 16, 32, 64], 0.37),
        ([13, 200, 77, 5, 5, 130, 64, 65, 128, 3], 0.25), ([90, 10], 0.2), ([1, 1, 1, 1], 0.5),
    ])
    func groupsMeetTheShare(_ sizes: [Int], _ share: Double) throws {
        let ids = sizes.enumerated().flatMap { Array(repeating: Double($0), count: $1) }
        let table = Table(
            name: "t.csv", columns: [Table.Column(name: "group", values: .numbers(ids))], rowCount: ids.count)
        let wanted = max(1, Int((share * Double(ids.count)).rounded()))
        let sums = (1..<(1 << sizes.count) - 1).map { choice in
            sizes.indices.reduce(0) { choice >> $1 & 1 == 1 ? $0 + sizes[$1] : $0 }
        }
        let nearest = try #require(sums.map { abs($0 - wanted) }.min())
        var choices: Set<[Int]> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            let options = Self.options { ($0.group, $0.test, $0.validation, $0.seed) = ("group", share, 0, seed) }
            let split = try TableSplit(table, options)
            let (test, train) = (try #require(split.rows[.test]), try #require(split.rows[.train]))
            #expect(abs(test.count - wanted) == nearest, "\(test.count) of \(ids.count)")
            #expect((test + train).sorted() == Array(ids.indices))
            #expect(Set(test.map { ids[$0] }).isDisjoint(with: train.map { ids[$0] }))
            #expect(try TableSplit(table, options) == split)
            choices.insert(test)
        }
        // Where several choices are as near, the seed says which.
        #expect(choices.count > 1 || sums.count { abs($0 - wanted) == nearest } == 1)
    }

    @Test func whatCannotBeSplit() {
        func message(_ table: Table, _ options: TableSplit.Options) -> String {
            do { _ = try TableSplit(table, options) } catch { return "\(error)" }
            return ""
        }
        #expect(
            message(Self.table(10), Self.options { $0.stratify = "kind" }).contains(
                "--stratify: t.csv has no column kind"))
        #expect(message(Self.table(10, groups: 1), Self.options { $0.group = "3" }).contains("too few"))
        #expect(
            message(Self.table(1), Self.options { _ in }).contains(
                "t.csv: 1 row cannot be cut into a test set of 0.2 and others: there are too few"))
    }

    @Test func folder() throws {
        try withTemporaryFolder { (folder: String) in
            let (table, path) = (Self.table(50), folder + "/split")
            let options = Self.options { $0.stratify = "class" }
            let split = try TableSplit(table, options)
            try SplitFolder.write(table, split, options, to: path)
            let found = try #require(SplitFolder(path))
            #expect(try found.sets() == SampleSet.allCases)
            for (set, rows) in split.rows {
                let part = try found.read(set).table
                #expect(part.columns[0].numbers == rows.map(Double.init))
                #expect(
                    SplitFolder.owner(of: found.file(of: set)).map { [$0.folder.path, $0.set.rawValue] } == [
                        path, set.rawValue,
                    ])
            }
            #expect(throws: Failure.self) { try SplitFolder.write(table, split, options, to: path) }
            try AtomicFile.write("x,class\n1,a\n", to: path + "/test.csv")
            #expect { _ = try found.read(.test) } throws: { "\($0)".contains("test.csv: expected") }
            #expect(SplitFolder(folder) == nil && SplitFolder.owner(of: path + "/other.csv") == nil)
        }
    }
}

@Suite struct TableSummaryTests {
    @Test func columns() {
        let table = Table(
            name: "t.csv",
            columns: [
                Table.Column(name: "size", values: .numbers([1.5, .nan, -2, 4.25])),
                Table.Column(name: "grade", values: .numbers([1, 2, 2, .nan])),
                Table.Column(name: "same", values: .numbers([7, 7, 7, 7])),
                Table.Column(name: "kind", values: .texts(codes: [0, 1, -1, 1], names: ["new", "old"])),
                Table.Column(name: "none", values: .numbers([.nan, .nan, .nan, .nan])),
            ], rowCount: 4)
        let fault = Failure(.badData, "t.csv, line 3: expected a number, found '1,5'")
        let text = TableSummary(TableFile(table: table, faults: ["size": fault])).description
        #expect(
            text == """
                t.csv: 4 rows, 5 columns
                column  kind     least  largest  mean     missing  as a target     values
                size    numbers  -2     4.25     1.25     1        regression      3 values
                grade   numbers  1      2        1.66667  1        classification  1 1, 2 2
                same    numbers  7      7        7        0                        the same in every row
                kind    text                              1        classification  new 1, old 2
                none    numbers                           4                        all missing
                not as it should be: t.csv, line 3: expected a number, found '1,5'
                """)
    }
}
