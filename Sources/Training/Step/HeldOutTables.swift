import Datasets
import Networks

/// Samples of which a share of those to train with is held out to decide by: by the seed and their numbers alone, of each
/// class its share.
public struct HeldOutTables: SampleTables {
    private var tables: any SampleTables
    private let share: Double
    private let seed: UInt64

    /// - Precondition: 0 < `share` < 1; `tables` have no validation set.
    public init(_ tables: any SampleTables, share: Double, seed: UInt64) {
        (self.tables, self.share, self.seed) = (tables, share, seed)
    }

    public var name: String { tables.name }
    public var shape: SampleShape { tables.shape }
    public var images: Dataset? { tables.images }
    public var columns: TableColumns? { tables.columns }

    public func values(of set: SampleSet) throws -> SampleValues? {
        guard set != .test, let all = try tables.values(of: .train) else { return try tables.values(of: set) }
        let held = Split.heldOut(
            share, of: Array(all.indices), strata: all.labels.isEmpty ? nil : all.labels.map(Int.init), seed: seed,
            for: .validation)
        guard set == .train else { return held.isEmpty ? nil : all.choosing(held).unweighted }
        let isHeld = Set(held)
        return all.choosing(all.indices.filter { !isHeld.contains($0) })
    }

    public func prefix(train: Int?, test: Int?) -> HeldOutTables {
        var kept = self
        kept.tables = tables.prefix(train: train, test: test)
        return kept
    }
}
