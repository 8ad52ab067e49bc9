import Foundation
import Storage
import Testing

@testable import Datasets

/// What becomes of a table's columns: fitted, encoded, and back.
@Suite struct TableColumnsTests {
    /// Lines 2 to 7 of a file.
    private static func table(
        _ columns: [(String, Table.Values)], name: String = "t.csv", lines: Bool = true
    ) -> Table {
        let columns = columns.map { Table.Column(name: $0, values: $1) }
        let count = columns[0].rowCount
        return Table(name: name, columns: columns, rowCount: count, lines: lines ? Array(2..<count + 2) : [])
    }

    private static func texts(_ texts: [String?]) -> Table.Values {
        let names = Set(texts.compactMap(\.self)).sorted()
        return .texts(
            codes: texts.map { text in text.map { Int32(names.firstIndex(of: $0)!) } ?? -1 }, names: names)
    }

    private static let sample = table([
        ("a", .numbers([1, 2, 3, 4, 10])), ("color", texts(["red", "blue", "red", "blue", "green"])),
        ("same", .numbers([5, 5, 5, 5, 6])), ("y", .numbers([10, 1000, 10, 1000, 100])),
        ("class", texts(["x", "y", "x", "y", "z"])),
    ])

    private static func fit(
        _ table: Table = sample, target: String? = "y", features: String? = "a,color,same", rows: [Int] = [0, 1, 2, 3],
        task: TableTask? = .regression, inputs: InputScaling = .standard, targets: TargetScaling = .standard,
        missing: MissingValues = .error
    ) throws -> TableColumns {
        var options = TableOptions()
        (options.targetColumns, options.features) = (target, features)
        let roles = try TableRoles(of: table, options: options, asksForInputs: target == nil, usual: [])
        return try TableColumns(
            fitting: table, roles: roles, rows: rows, task: task, scaleInputs: inputs, scaleTargets: targets,
            missing: missing)
    }

    /// Mean 2.5 and deviation √1.25 of the four rows that are learned from, not of the fifth.
    @Test func byHand() throws {
        let columns = try Self.fit()
        #expect(columns.inputNames == ["a", "color=blue", "color=red"] && columns.constants == ["same"])
        let deviation = 1.25.squareRoot()
        let a = TableColumns.Number(shift: 2.5, scale: deviation, minimum: 1, maximum: 4, mean: 2.5)
        #expect(columns.features[0] == .init(name: "a", values: .number(a)))
        let inputs = try columns.inputs(of: Self.sample, rows: [4, 0])
        #expect(inputs == [7.5 / deviation, 0, 0, -1.5 / deviation, 0, 1])
        #expect(columns.outputNames == ["y"] && columns.targetColumns == ["y"] && columns.classes == nil)
        let targets = try columns.targets(of: Self.sample, rows: [0, 1, 4])
        #expect(targets == [-1, 1, (100 - 505) / 495])
        #expect(columns.units?.values(targets) == [10, 1000, 100])
        #expect(try columns.areOutside(Self.sample, rows: [0, 1, 4]) == [false, false, true])
    }

    @Test func otherScalings() throws {
        let minmax = try Self.fit(inputs: .minmax, targets: .none)
        #expect(
            try minmax.inputs(of: Self.sample, rows: [0, 3, 4]).enumerated().filter { $0.offset % 3 == 0 }.map(
                \.element) == [0, 1, 3])
        #expect(try minmax.targets(of: Self.sample, rows: [1]) == [1000])
        let none = try Self.fit(inputs: .none, targets: .log)
        #expect(try none.inputs(of: Self.sample, rows: [2]) == [3, 0, 1])
        let outputs = try none.targets(of: Self.sample, rows: [0, 1, 4])
        for (found, expected) in zip(outputs, [-1.0, 1, 0]) { #expect(abs(found - expected) < 1e-14) }
        let output = try #require(none.units?.outputs.first)
        for (found, expected) in zip(outputs.map(output.value), [10.0, 1000, 100]) {
            #expect(abs(found / expected - 1) < 1e-13)
        }
        // ∂y/∂t of an exponential.
        #expect(abs(output.slope(0) / (100 * output.scale) - 1) < 1e-13)
    }

    @Test func classes() throws {
        let columns = try Self.fit(target: "class", task: .classification)
        #expect(columns.classes == ["x", "y", "z"] && columns.units == nil && columns.outputNames == ["x", "y", "z"])
        #expect(try columns.labels(of: Self.sample, rows: [4, 3, 0]) == [2, 1, 0])
        let numbers = try Self.fit(target: "y", task: .classification)
        #expect(numbers.classes == ["10", "100", "1000"])
        #expect(try numbers.labels(of: Self.sample, rows: [0, 1, 4]) == [0, 2, 1])
        // The same classes as texts, and others.
        let other = Self.table([("y", Self.texts(["100", "ten"]))], name: "new.csv")
        #expect(try numbers.labels(of: other, rows: [0]) == [1])
        expectFailure(.badData, naming: "new.csv: line 3, column y: 'ten' is none of the classes 10, 100, 1000") {
            _ = try numbers.labels(of: other, rows: [0, 1])
        }
    }

    /// The task is what the targets look like.
    @Test(
        arguments: [
            (texts(["b", "a"]), .classification), (.numbers([1, 2, 1]), .classification),
            (.numbers((0..<20).map(Double.init)), .classification),
            (.numbers((0...20).map(Double.init)), .regression), (.numbers([1, 2.5]), .regression),
            (.numbers([1, .nan, 3]), .classification), (.numbers([-1, 1]), .classification),
        ] as [(Table.Values, TableTask)])
    func inferredTasks(_ values: Table.Values, _ expected: TableTask) {
        let table = Self.table([("y", values)])
        #expect(TableTask(of: table, targets: [0]) == expected)
    }

    @Test func severalNumbersAreARegression() {
        #expect(TableTask(of: Self.sample, targets: [0, 2]) == .regression)
        #expect(TableTask(of: Self.sample, targets: [0, 4]) == .classification)
    }

    /// Columns may stand elsewhere, and be of numbers where all of a file's texts are some.
    @Test func otherFiles() throws {
        let columns = try Self.fit()
        let other = Self.table([
            ("more", .numbers([1, 2])), ("color", Self.texts(["violet", nil])),
            ("a", .sparse(.init(rows: [1], numbers: [4], count: 2))),
        ])
        #expect(try columns.inputs(of: other, rows: [0]) == [-2.5 / 1.25.squareRoot(), 0, 0])
        #expect(try columns.areOutside(other, rows: [0, 1]) == [true, false])
        #expect(!columns.hasTargets(other) && columns.hasTargets(Self.sample))
        expectFailure(.badData, naming: "t.csv: line 3, column color: a value is missing") {
            _ = try columns.inputs(of: other, rows: [1])
        }
        expectFailure(.badData, naming: "u.npz: row 1, column a: expected a number, found 'one'") {
            _ = try columns.inputs(
                of: Self.table(
                    [("a", Self.texts(["2", "one"])), ("color", Self.texts(["red", "red"]))], name: "u.npz",
                    lines: false),
                rows: [0, 1])
        }
        expectFailure(.badData, naming: "t.csv: expected a column color, found a") {
            _ = try columns.inputs(of: Self.table([("a", .numbers([1]))]), rows: [0])
        }
        expectFailure(.badData, naming: "line 2, column a: expected a finite number, found inf") {
            _ = try columns.inputs(of: Self.table([("a", .numbers([.infinity]))]), rows: [0])
        }
    }

    @Test func missingValuesTakeTheMean() throws {
        let table = Self.table([
            ("a", .numbers([1, .nan, 3])), ("b", Self.texts(["u", "v", nil])), ("y", .numbers([1, 2, 4])),
        ])
        let columns = try Self.fit(
            table, features: nil, rows: [0, 1, 2], inputs: .none, targets: .none, missing: .mean)
        #expect(try columns.inputs(of: table, rows: [1, 2]) == [2, 0, 1, 3, 0.5, 0.5])
        expectFailure(.badData, naming: "t.csv: line 3, column a and elsewhere, 2 in all: a value is missing; do this")
        {
            try table.requireValues(in: ["a", "b"], advice: "do this")
        }
        #expect(table.rowsWithoutMissing(in: ["a", "y"]) == [0, 2] && table.rowsWithoutMissing(in: ["b"]) == [0, 1])
    }

    @Test func inputsAsTargets() throws {
        let columns = try Self.fit(target: nil, task: nil)
        #expect(columns.outputNames == columns.inputNames && columns.targetColumns.isEmpty)
        #expect(columns.units?.values([1, 1, 0]) == [2.5 + 1.25.squareRoot(), 1, 0])
    }

    @Test func whatCannotBeLearned() {
        expectFailure(.badData, naming: "every feature is the same in 4 training rows:") {
            _ = try Self.fit(features: "same")
        }
        expectFailure(.badData, naming: "every feature is the same in 1 training row:") {
            _ = try Self.fit(features: "a", rows: [2])
        }
        expectFailure(.badData, naming: "t.csv, column same: it is the same in 4 training rows:") {
            _ = try Self.fit(target: "same", features: "a")
        }
        expectFailure(.usage, naming: "--task regression: column class of t.csv holds texts") {
            _ = try Self.fit(target: "class")
        }
        expectFailure(.usage, naming: "one target, a column of classes; 2 are named") {
            _ = try Self.fit(target: "y,class", task: .classification)
        }
        expectFailure(.badData, naming: "t.csv: line 3, column a is 0.0; --scale-targets log expects numbers above 0") {
            _ = try Self.fit(
                Self.table([("a", .numbers([1, 0, 2, 3])), ("b", .numbers([1, 2, 3, 4]))]), target: "a", features: "b",
                targets: .log)
        }
        let many = Self.table([
            ("id", Self.texts((0...TableColumns.mostTexts).map { "n\($0)" })),
            ("y", .numbers((0...TableColumns.mostTexts).map(Double.init))),
        ])
        expectFailure(.badData, naming: "t.csv, column id: there are 1001 different texts") {
            _ = try Self.fit(many, features: nil, rows: Array(0..<many.rowCount))
        }
        expectFailure(.badData, naming: "column y: there are 1001 different values; expected 2 to 256 classes") {
            _ = try Self.fit(many, features: nil, rows: [0, 1], task: .classification)
        }
    }

    /// Models have them as JSON, and anyone may have edited it.
    @Test func records() throws {
        for columns in [
            try Self.fit(), try Self.fit(target: "class", task: .classification), try Self.fit(target: nil, task: nil),
        ] {
            let json = try JSONEncoder().encode(columns)
            #expect(try JSONDecoder().decode(TableColumns.self, from: json) == columns)
        }
        let text = String(decoding: try JSONEncoder().encode(try Self.fit()), as: UTF8.self)
        for (part, other) in [
            (#""missing":"error""#, #""missing":"never""#), (#""shares":[0.5,0.5]"#, #""shares":[1]"#),
            (#""scale":495"#, #""scale":0"#), (#""columns":"#, #""colums":"#), (#""features":"#, #""f":"#),
        ] {
            let damaged = text.replacing(part, with: other)
            #expect(damaged != text, "\(text)")
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(TableColumns.self, from: Data(damaged.utf8))
            }
        }
    }

    /// What is kept of sparse columns is enough: the same is fitted as on the same numbers with their zeros, and the same rows
    /// are outside.
    @Test(arguments: InputScaling.allCases) func sparseAsDense(_ scaling: InputScaling) throws {
        let (count, train) = (40, [Int](3..<33))
        func column(_ every: Int, _ number: (Int) -> Double) -> [Double] {
            (0..<count).map { $0 % every == 1 ? number($0) : 0 }
        }
        let columns: [(String, [Double])] = [
            ("a", column(3) { Double($0) / 7 }), ("none", column(1000) { _ in 1 }),
            ("b", column(2) { -1 / Double($0) }),
            ("late", column(34) { _ in 5 }), ("full", (0..<count).map { Double($0 + 1) }),
        ]
        let dense = columns.map { Table.Column(name: $0, values: .numbers($1)) }
        let sparse = columns.map { name, numbers in
            let rows = numbers.indices.filter { numbers[$0] != 0 }
            let kept = Table.SparseNumbers(rows: rows.map(Int32.init), numbers: rows.map { numbers[$0] }, count: count)
            return Table.Column(name: name, values: .sparse(kept))
        }
        let y = Table.Column(name: "y", values: .numbers((0..<count).map { Double($0 % 5) / 2 }))
        let tables = [false, true].map { isSparse in
            Table(name: "t", columns: (isSparse ? sparse : dense) + [y], rowCount: count, isSparse: isSparse)
        }
        let fitted = try tables.map { try Self.fit($0, features: nil, rows: train, inputs: scaling) }
        #expect(fitted[0] == fitted[1] && fitted[0].constants == ["none", "late"])
        let rows = [Int](0..<count).reversed() as [Int]
        #expect(try fitted[0].areOutside(tables[0], rows: rows) == fitted[0].areOutside(tables[1], rows: rows))
        #expect(try fitted[0].areOutside(tables[0], rows: [39, 35, 2, 5]) == [true, true, true, false])
        let summaries = tables.map { TableSummary(TableFile(table: $0)).description }
        #expect(summaries[0] == summaries[1])
    }
}
