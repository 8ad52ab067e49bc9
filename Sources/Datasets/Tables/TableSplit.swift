import Storage

/// A table cut into rows to train with, to decide by and to test with; see `Split`.
public struct TableSplit: Sendable, Equatable {
    /// Ascending.
    public private(set) var rows: [SampleSet: [Int]] = [:]

    /// What is asked of a split.
    public struct Options: Sendable, Equatable {
        /// Of all rows; of whole groups as near to it as they come.
        public var test = 0.0
        /// Of those that are left then, likewise.
        public var validation = 0.0
        /// A column whose values keep their shares in every set, by name or number; nil for none.
        public var stratify: String?
        /// A column whose rows of one value stay together.
        public var group: String?
        public var seed: UInt64 = 1

        public init() {}
    }

    /// - Throws: `.usage` where there is no such column; `.badData` where a set would be empty, or a row has no group.
    public init(_ table: Table, _ options: Options) throws {
        var left = try Self.units(table, options)
        let what = options.group == nil ? "row" : "group"
        for (set, share, purpose) in [
            (SampleSet.test, options.test, Split.Purpose.test),
            (.validation, options.validation, .validation),
        ] where share > 0 {
            let strata = options.stratify == nil ? nil : left.map(\.stratum)
            let held = Split.heldOut(
                share, ofGroups: left.map(\.rows), strata: strata, seed: options.seed, for: purpose)
            guard !held.isEmpty else {
                throw Failure(
                    .badData,
                    "\(table.name): \(counted(left.count, what)) cannot be cut into a \(set.rawValue) set of \(share) and "
                        + "others: there are too few")
            }
            rows[set] = held.flatMap { left[$0].rows }.sorted()
            let taken = Set(held)
            left = left.indices.filter { !taken.contains($0) }.map { left[$0] }
        }
        rows[.train] = left.flatMap(\.rows).sorted()
    }

    /// What is held out whole: rows, or the rows of a group, with their stratum.
    private static func units(_ table: Table, _ options: Options) throws -> [(rows: [Int], stratum: Int)] {
        let all = Array(0..<table.rowCount)
        let names = ColumnNames(table)
        func column(_ name: String, _ option: String) throws -> Table.Column {
            let column = table.columns[try names.one(name, option: option)]
            try table.requireValues(in: [column.name], advice: "\(option) wants to know it")
            return column
        }
        let strata = try options.stratify.map { try column($0, "--stratify").strata(all) }
        guard let group = options.group else { return all.map { ([$0], strata?[$0] ?? 0) } }
        let groups = Dictionary(grouping: zip(all, try column(group, "--group").strata(all)), by: \.1).values.map {
            $0.map(\.0)
        }
        return groups.sorted { $0[0] < $1[0] }.map { rows in (rows, commonest(rows.map { strata?[$0] ?? 0 })) }
    }

    /// The value that is there most often; of several the least.
    private static func commonest(_ values: [Int]) -> Int {
        let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }!.key
    }
}
