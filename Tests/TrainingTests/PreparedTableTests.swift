import Datasets
import Networks
import Storage
import Testing

@testable import Training

/// A run's sets of a table's rows, and what they count.
@Suite struct PreparedTableTests {
    /// 100 rows: x is the row's number, y 2x, the class by tens.
    private static func table(name: String = "t.csv", rows: Range<Int> = 0..<100) -> Table {
        let x = rows.map(Double.init)
        return Table(
            name: name,
            columns: [
                Table.Column(name: "x", values: .numbers(x)),
                Table.Column(name: "y", values: .numbers(x.map { 2 * $0 })),
                Table.Column(
                    name: "c", values: .texts(codes: rows.map { Int32($0 / 10 % 2) }, names: ["even", "odd"])),
                Table.Column(name: "w", values: .numbers(rows.map { Double($0 % 3) })),
            ], rowCount: rows.count)
    }

    private static func options(_ change: (inout TableOptions) -> Void) -> TableOptions {
        var options = TableOptions(
            test: .share(0.2), validation: .share(0.1), scaleInputs: .standard, scaleTargets: .standard)
        (options.targetColumns, options.features) = ("y", "x")
        change(&options)
        return options
    }

    private static func prepared(
        _ files: TableFiles = TableFiles(main: TableFile(table: table())),
        target: Configuration.TargetName = .numbers, seed: UInt64 = 1, limits: (train: Int?, test: Int?) = (nil, nil),
        _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> PreparedTable {
        try PreparedTable(files, target: target, options: options(change), seed: seed, limits: limits)
    }

    /// The rows of a set, read from their x.
    private static func rows(_ tables: PreparedTable, _ set: SampleSet) throws -> [Int]? {
        guard let values = try tables.values(of: set), case .numbers(.float64(let inputs)) = values.inputs else {
            return nil
        }
        guard case .number(let number) = try #require(tables.columns).features[0].values else { return nil }
        return inputs.map { Int(($0 * number.scale + number.shift).rounded()) }
    }

    /// Every row is in one set, and what is fitted is fitted on those that are learned from.
    @Test func sets() throws {
        let tables = try Self.prepared()
        let sets = try SampleSet.allCases.map { try #require(try Self.rows(tables, $0)) }
        #expect(sets.map(\.count) == [72, 8, 20] && sets.joined().sorted() == Array(0..<100))
        #expect(sets.allSatisfy { $0 == $0.sorted() })
        let values = try #require(try tables.values(of: .train))
        guard case .numbers(.float64(let inputs)) = values.inputs, case .float64(let targets)? = values.targets else {
            Issue.record("expected numbers")
            return
        }
        #expect(abs(inputs.reduce(0, +)) < 1e-12 && abs(inputs.reduce(0) { $0 + $1 * $1 } / 72 - 1) < 1e-14)
        #expect(zip(inputs, targets).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect((tables.shape.inputs, tables.shape.classes, tables.shape.numbers) == (1, 0, 1))
        #expect(try Self.rows(try Self.prepared(seed: 2), .test) != sets[2])
        #expect(try Self.rows(try Self.prepared { $0.validation = nil }, .test) == sets[2])
    }

    @Test func limitsTakeTheFirst() throws {
        let (all, some) = (try Self.prepared(), try Self.prepared(limits: (10, 3)))
        #expect(try Self.rows(some, .train) == Array(try #require(try Self.rows(all, .train)).prefix(10)))
        #expect(try Self.rows(some, .test) == Array(try #require(try Self.rows(all, .test)).prefix(3)))
        #expect(try Self.rows(all.prefix(train: 5, test: nil), .train)?.count == 5)
    }

    /// Files in place of shares; a file's own test rows where nothing is said, and none where none are wanted.
    @Test func files() throws {
        let test = TableFile(table: Self.table(name: "test.csv", rows: 200..<210))
        let given = try Self.prepared(TableFiles(main: TableFile(table: Self.table()), test: test)) {
            ($0.test, $0.validation) = (.file("test.csv"), .share(0))
        }
        #expect(try Self.rows(given, .test) == Array(200..<210) && Self.rows(given, .train)?.count == 100)
        #expect(try given.values(of: .validation) == nil)
        let own = TableFile(table: Self.table(), test: test.table, targets: ["y"])
        let kept = try Self.prepared(TableFiles(main: own)) { ($0.test, $0.targetColumns) = (nil, nil) }
        #expect(try Self.rows(kept, .test) == Array(200..<210))
        let none = try Self.prepared { $0.test = .share(0) }
        #expect(try none.values(of: .test) == nil && Self.rows(none, .train)?.count == 90)
    }

    @Test func classesAndWeights() throws {
        let tables = try Self.prepared(target: .labels) {
            ($0.targetColumns, $0.weightColumn, $0.scaleTargets) = ("c", "w", nil)
        }
        let values = try #require(try tables.values(of: .train))
        let rows = try #require(try Self.rows(tables, .train))
        #expect(Array(values.labels) == rows.map { UInt8($0 / 10 % 2) } && values.labels.count { $0 == 0 } == 36)
        #expect(Array(values.weights) == rows.map { Double($0 % 3) })
        #expect(try #require(try tables.values(of: .test)).weights.isEmpty)

        let skewed = TableFile(table: Self.table(rows: 0..<15))
        let balanced = try Self.prepared(TableFiles(main: skewed, classWeights: .balanced), target: .labels) {
            ($0.targetColumns, $0.test, $0.validation) = ("c", nil, nil)
        }
        let weights = try #require(try balanced.values(of: .train)).weights
        #expect(Array(weights) == Array(repeating: 0.75, count: 10) + Array(repeating: 1.5, count: 5))
    }

    @Test func refusals() throws {
        func refuses(_ words: String, _ body: () throws -> PreparedTable) {
            let failure = #expect(throws: Failure.self) { try body() }
            #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        }
        refuses("expected a weight, 0 or from") {
            try Self.prepared(TableFiles(main: TableFile(table: Self.table(rows: -2..<40)))) { $0.weightColumn = "w" }
        }
        refuses("column c holds texts; --weight-column expects numbers") { try Self.prepared { $0.weightColumn = "c" } }
        let fault = Failure(.badData, "t.csv: line 9, column y: expected a number, found 'q'")
        refuses("line 9, column y") {
            try Self.prepared(TableFiles(main: TableFile(table: Self.table(), faults: ["y": fault])))
        }
        _ = try Self.prepared(TableFiles(main: TableFile(table: Self.table(), faults: ["w": fault])))
        refuses("there are no rows to train with") {
            try Self.prepared(TableFiles(main: TableFile(table: Self.table(rows: 0..<0))))
        }
    }

    /// A number in each of 200 000 columns and rows: time and memory are by the numbers, not by rows times columns, which
    /// would be hours and 320 GB.
    @Test(.timeLimit(.minutes(2))) func wideSparseRows() throws {
        let count = 200_000
        let columns = (0..<count).map { row in
            // In two rows each, so that few are the same in all that are trained with.
            let rows = [Int32(row / 2), Int32(count - 1 - row / 2)].sorted()
            let numbers = Table.SparseNumbers(rows: rows, numbers: [1, Double(row % 7) + 2], count: count)
            return Table.Column(name: "x\(row)", values: .sparse(numbers))
        }
        let y = Table.Column(name: "y", values: .numbers((0..<count).map { Double($0) / 3 }))
        let table = Table(name: "wide.svm", columns: columns + [y], rowCount: count, isSparse: true)
        let prepared = try Self.prepared(TableFiles(main: TableFile(table: table, targets: ["y"]))) {
            ($0.targetColumns, $0.features, $0.scaleInputs) = (nil, nil, InputScaling.none)
        }
        var kept = 0
        for set in SampleSet.allCases {
            guard case .sparse(let rows)? = try prepared.values(of: set)?.inputs else {
                Issue.record("expected sparse rows")
                return
            }
            kept += rows.numbers.count
        }
        let left = try #require(prepared.columns).constants.count
        #expect(kept > 3 * count / 2 && prepared.shape.inputs + left == count)
        #expect(prepared.inputByteCount(of: table) < 10_000_000)
    }

    /// Rows of another sparse file are zero where it has no column; where it has others, that is said.
    @Test func sparseFilesOfOtherWidths() throws {
        func sparse(_ name: String, _ columns: [String], rows count: Int) -> TableFile {
            let all = columns.enumerated().map { place, name in
                let rows = (0..<count).filter { $0 % (place + 2) == 1 }.map(Int32.init)
                return Table.Column(
                    name: name, values: .sparse(.init(rows: rows, numbers: rows.map { Double($0 + 1) }, count: count)))
            }
            let y = Table.Column(name: "y", values: .numbers((0..<count).map { Double($0) / 2 }))
            return TableFile(
                table: Table(name: name, columns: all + [y], rowCount: count, isSparse: true), targets: ["y"])
        }
        let (main, none) = (sparse("a.svm", ["x1", "x2", "x5"], rows: 20), sparse("b.svm", [], rows: 4))
        for (file, numbers, warnings) in [
            (none, [], []), (sparse("c.svm", ["x1"], rows: 4), [2, 4], []),
            (
                sparse("d.svm", ["x2", "x7"], rows: 4), [2, 4],
                ["d.svm: 1 column (x7) left out, for a.svm has only zeros there"]
            ),
        ] as [(TableFile, [Double], [String])] {
            for scaling in [InputScaling.none, .minmax] {
                let prepared = try Self.prepared(TableFiles(main: main, test: file, validation: file)) {
                    ($0.targetColumns, $0.features, $0.scaleInputs) = (nil, nil, scaling)
                    ($0.test, $0.validation) = (.file(file.table.name), .file(file.table.name))
                }
                #expect(prepared.warnings == warnings + warnings && prepared.shape.inputs == 3)
                let inputs = try [SampleSet.test, .validation].map { try prepared.values(of: $0)?.inputs }
                switch inputs[0] {
                case .sparse(let rows): #expect(rows.count == 4 && rows.numbers == numbers)
                case .numbers(.float64(let all)):
                    #expect(all.count == 12 && all.count { $0 != 0 } == numbers.count && scaling == .minmax)
                default: Issue.record("expected rows of numbers")
                }
            }
        }
    }

    /// What the recipe for tables makes of them can be run.
    @Test(arguments: Recipe.list, [Configuration.TargetName.labels, .numbers, .inputs])
    func recipes(_ recipe: Recipe, _ target: Configuration.TargetName) throws {
        var options = Configuration(recipe, for: Recipe.Work(isImages: false, target: target, isTable: true))
        options.data = "t.csv"
        options.topology = try options.topology(
            hidden: [4], fitting: SampleShape(inputs: 5, classes: target == .labels ? 3 : 0, numbers: 2))
        #expect(options.fault == nil, "\(options.fault ?? "")")
        #expect(options.table.test == .share(0.2) && options.table.missing == .error)
        let isModern = recipe == .modern
        #expect(options.patience == (isModern ? 50 : nil) && options.table.validation == (isModern ? .share(0.1) : nil))
        #expect(options.table.scaleInputs == (isModern ? .standard : InputScaling.none))
        #expect(options.table.scaleTargets == (isModern && target == .numbers ? .standard : nil))
        options.data = "synthetic"
        #expect(options.fault?.contains("go with --data of one") == true || target == .numbers)
    }
}
