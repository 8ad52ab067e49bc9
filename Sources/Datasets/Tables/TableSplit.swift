import Storage

/// A table cut into rows to train with, to decide by and to test with; see `Split`.
public struct TableSplit: Sendable, Equatable {
    /// Ascending.
    public private(set) var rows: [SampleSet: [Int]] = [:]

    /// What is asked of a split.
    public struct Options: Sendable, Equatable {
        /// Of all rows, or of all groups.
        public var test = 0.0
        /// Of those that are left then.
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
        let units = try Self.units(table, options)
        // A group stands for its rows by the first of them.
        var left = units.map { $0.rows[0] }
        let strata = Dictionary(uniqueKeysWithValues: units.map { ($0.rows[0], $0.stratum) })
        let members = Dictionary(uniqueKeysWithValues: units.map { ($0.rows[0], $0.rows) })
        for (set, share, purpose) in [
            (SampleSet.test, options.test, Split.Purpose.test),
            (.validation, options.validation, .validation),
        ] where share > 0 {
            let isStratified = options.stratify != nil
            let held = Split.heldOut(
                share, of: left, strata: isStratified ? left.map { strata[$0]! } : nil, seed: options.seed, for: purpose
            )
            let taken = Set(held)
            left.removeAll(where: taken.contains)
            guard !held.isEmpty, !left.isEmpty else {
                let what = options.group == nil ? "rows" : "groups"
                throw Failure(
                    .badData,
                    "\(table.name): its \(units.count) \(what) are too few for a \(set.rawValue) set of \(share) of them"
                )
            }
            rows[set] = held.flatMap { members[$0]! }.sorted()
        }
        rows[.train] = left.flatMap { members[$0]! }.sorted()
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
