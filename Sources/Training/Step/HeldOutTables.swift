import Datasets
import Networks

/// Samples of which a share of those to train with is held out to decide by: by the seed and their numbers alone, of each
/// class its share.
public struct HeldOutTables: SampleTables {
    private let tables: any SampleTables
    private let share: Double
    private let seed: UInt64
    private let sets: [SampleSet: SampleValues]

    /// - Precondition: 0 < `share` < 1; `tables` have no validation set.
    /// - Throws: what `tables` throw.
    public init(_ tables: any SampleTables, share: Double, seed: UInt64) throws {
        (self.tables, self.share, self.seed) = (tables, share, seed)
        var sets: [SampleSet: SampleValues] = [:]
        for set in [SampleSet.train, .test] { sets[set] = try tables.values(of: set) }
        if let all = sets[.train] {
            let held = Split.heldOut(
                share, of: Array(all.indices), strata: all.labels.isEmpty ? nil : all.labels.map(Int.init), seed: seed,
                for: .validation)
            let isHeld = Set(held)
            sets[.validation] = held.isEmpty ? nil : all.choosing(held).unweighted
            sets[.train] = all.choosing(all.indices.filter { !isHeld.contains($0) })
        }
        self.sets = sets
    }

    public var name: String { tables.name }
    public var shape: SampleShape { tables.shape }
    public var images: Dataset? { tables.images }
    public var columns: TableColumns? { tables.columns }

    public func values(of set: SampleSet) -> SampleValues? { sets[set] }

    public func prefix(train: Int?, test: Int?) throws -> HeldOutTables {
        try HeldOutTables(tables.prefix(train: train, test: test), share: share, seed: seed)
    }
}
