import Kernels
import Resources
import Storage

extension TableColumns {
    /// The most texts that a column's inputs can be of, and the most classes: labels are bytes.
    static let mostTexts = 1000
    static let mostClasses = 256

    /// What a network makes of the columns that `roles` names, fitted on some rows of their table.
    ///
    /// Sums are exact (see `ExactSum`), so that neither the order of rows nor who adds them up shows.
    ///
    /// - Parameters:
    ///   - rows: those that are learned from; one at least.
    ///   - task: what the targets are; nil where they are the inputs.
    ///   - missing: what has been done, or is to be done, about missing values: with `mean` alone there are some.
    /// - Throws: `.badData` where there is nothing to learn from or to learn, or a column holds more texts or classes than there
    ///   may be; `.usage` where the task or a scaling does not go with the columns.
    public init(
        fitting table: Table, roles: TableRoles, rows: [Int], task: TableTask?, scaleInputs: InputScaling,
        scaleTargets: TargetScaling, missing: MissingValues
    ) throws {
        let rows = FittedRows(rows, of: table)
        let fitted = try concurrently(roles.features) { place in
            try Feature(fitting: table.columns[place], of: table, rows: rows, scaling: scaleInputs)
        }
        features = fitted.compactMap(\.self)
        constants = zip(roles.features, fitted).compactMap { $1 == nil ? table.columns[$0].name : nil }
        guard !features.isEmpty else {
            throw Failure(
                .badData,
                "\(table.name): every feature is the same in \(counted(rows.count, "training row")): there is nothing to "
                    + "learn from")
        }
        self.missing = missing
        switch task {
        case nil: target = .inputs
        case .classification: target = try .init(classesOf: table, targets: roles.targets)
        case .regression:
            target = .numbers(
                TargetUnits(
                    try roles.targets.map { place in
                        try TargetUnits.Output(
                            fitting: table.columns[place], of: table, rows: rows.numbers, scaling: scaleTargets)
                    }))
        }
    }
}

/// The rows that columns are fitted on.
private struct FittedRows {
    let numbers: [Int]
    /// Of a sparse table, whether each of its rows is one of them.
    private let isOne: [Bool]

    init(_ numbers: [Int], of table: Table) {
        self.numbers = numbers
        var isOne = [Bool](repeating: false, count: table.isSparse ? table.rowCount : 0)
        if table.isSparse { for row in numbers { isOne[row] = true } }
        self.isOne = isOne
    }

    var count: Int { numbers.count }

    /// What a column has in them and is not missing, and how many zeros there are besides; nil of texts.
    ///
    /// - Throws: `.badData` with the place of what is not finite.
    /// - Complexity: of a sparse column by what is kept of it.
    func numbers(_ column: Table.Column, of table: Table) throws -> (kept: [Double], zeros: Int)? {
        switch column.values {
        case .texts: return nil
        case .numbers(let all):
            try table.requireFinite(all, of: column.name, rows: numbers)
            return (numbers.lazy.map { all[$0] }.filter { !$0.isNaN }, 0)
        case .sparse(let sparse):
            let kept = sparse.rows.indices.filter { isOne[Int(sparse.rows[$0])] }.map { sparse.numbers[$0] }
            return (kept, count - kept.count)
        }
    }
}

extension TableColumns.Feature {
    /// nil where the column is the same in all rows.
    fileprivate init?(fitting column: Table.Column, of table: Table, rows: FittedRows, scaling: InputScaling) throws {
        name = column.name
        if case .texts(let codes, let names) = column.values {
            let place = "\(table.name), column \(name)"
            guard let texts = try TableColumns.Texts(codes, names, rows.numbers, place: place) else { return nil }
            values = .texts(texts)
        } else {
            guard let (kept, zeros) = try rows.numbers(column, of: table), kept.count + zeros > 0 else { return nil }
            let summary = NumberSummary(kept, zeros: zeros)
            guard summary.minimum < summary.maximum else { return nil }
            let number = TableColumns.Number(summary, scaling: scaling)
            guard number.scale.isFinite else {
                throw Failure(
                    .badData,
                    "\(table.name), column \(name): numbers from \(summary.minimum) to \(summary.maximum) are too "
                        + "far from each other to be scaled")
            }
            values = .number(number)
        }
    }
}

extension TableColumns.Number {
    fileprivate init(_ summary: NumberSummary, scaling: InputScaling) {
        (minimum, maximum, mean) = (summary.minimum, summary.maximum, summary.mean)
        switch scaling {
        case .standard: (shift, scale) = (summary.mean, summary.deviation)
        case .minmax: (shift, scale) = (summary.minimum, summary.maximum - summary.minimum)
        case .none: (shift, scale) = (0, 1)
        }
    }
}

extension TableColumns.Texts {
    /// nil where all rows have the same.
    fileprivate init?(_ codes: [Int32], _ all: [String], _ rows: [Int], place: String) throws {
        var counts = [Int](repeating: 0, count: all.count)
        for row in rows where codes[row] >= 0 { counts[Int(codes[row])] += 1 }
        let present = counts.indices.filter { counts[$0] > 0 }
        guard present.count > 1 else { return nil }
        guard present.count <= TableColumns.mostTexts else {
            throw Failure(
                .badData,
                "\(place): there are \(present.count) different texts, and an input for each; expected at most "
                    + "\(TableColumns.mostTexts) (--features names the columns that are to be learned from)")
        }
        let total = present.reduce(0) { $0 + counts[$1] }
        names = present.map { all[$0] }
        shares = present.map { Double(counts[$0]) / Double(total) }
    }
}

extension TargetUnits.Output {
    fileprivate init(fitting column: Table.Column, of table: Table, rows: [Int], scaling: TargetScaling) throws {
        guard var numbers = column.numbers else {
            throw Failure(
                .usage, "--task regression: column \(column.name) of \(table.name) holds texts; expected numbers")
        }
        try table.requireFinite(numbers, of: column.name, rows: rows)
        if scaling == .log {
            try table.requirePositive(numbers, of: column.name, rows: rows)
            for row in rows { numbers[row] = Functions.log(numbers[row]) }
        }
        let summary = NumberSummary(rows.map { numbers[$0] }.filter { !$0.isNaN })
        let isScaled = scaling != .none
        guard summary.minimum < summary.maximum || !isScaled else {
            throw Failure(
                .badData,
                "\(table.name), column \(column.name): it is the same in \(counted(rows.count, "training row")): there is "
                    + "nothing to learn")
        }
        self.init(
            name: column.name, shift: isScaled ? summary.mean : 0, scale: isScaled ? summary.deviation : 1,
            isLog: scaling == .log)
    }
}

extension TableColumns.Target {
    /// The values of the whole column, as texts; numbers ascend.
    fileprivate init(classesOf table: Table, targets: [Int]) throws {
        guard let place = targets.first, targets.count == 1 else {
            throw Failure(
                .usage, "--task classification has one target, a column of classes; \(targets.count) are named")
        }
        let column = table.columns[place]
        let names: [String]
        switch column.values {
        case .texts(_, let texts): names = texts
        case .numbers, .sparse:
            let numbers = column.numbers!
            try table.requireFinite(numbers, of: column.name, rows: Array(numbers.indices))
            names = Set(numbers.filter { !$0.isNaN }).sorted().map(TableColumns.className)
        }
        guard (2...TableColumns.mostClasses).contains(names.count) else {
            let found = names.count < 2 ? "is only \(names.first ?? "nothing")" : "are \(names.count) different values"
            throw Failure(
                .badData,
                "\(table.name), column \(column.name): there \(found); expected 2 to "
                    + "\(TableColumns.mostClasses) classes"
                    + (names.count < 2 || column.numbers == nil ? "" : " (--task regression takes numbers)"))
        }
        self = .classes(column: column.name, names: names)
    }
}

extension TableColumns {
    /// What the class of a number is called.
    static func className(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

extension TableTask {
    /// Values of whole numbers that are still taken for classes.
    public static let mostWholeClasses = 20

    /// Classification where the one target is text, or whole numbers with at most 20 values; else regression.
    ///
    /// - Parameter targets: places among the table's columns; one at least.
    public init(of table: Table, targets: [Int]) {
        let numbers = targets.map { table.columns[$0].kept }
        if numbers.contains(where: { $0 == nil }) {
            self = .classification
        } else {
            let isOfClasses = numbers.count == 1 && Self.areClasses(numbers[0]!.numbers, zeros: numbers[0]!.zeros)
            self = isOfClasses ? .classification : .regression
        }
    }

    private static func areClasses(_ numbers: [Double], zeros: Int) -> Bool {
        var values: Set<Double> = zeros > 0 ? [0] : []
        for number in numbers where !number.isNaN {
            guard number == number.rounded(), number.isFinite else { return false }
            values.insert(number)
            if values.count > mostWholeClasses { return false }
        }
        return true
    }
}
