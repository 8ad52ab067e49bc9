import Training

/// Reads a run's samples once, for those who resolve its options by them and for the run itself.
public final class SampleReader {
    private var held: (source: DataSource, tables: any SampleTables)?

    /// The shape of the samples that a run of these options learns from; for the first rank alone.
    ///
    /// - Throws: as `DataSource.tables`.
    public func shape(for options: Configuration) throws -> SampleShape {
        let source = DataSource(of: options)
        let tables = try source.tables()
        held = (source, tables)
        return tables.shape
    }

    /// The samples of `source`, which are not held any longer.
    func tables(_ source: DataSource) throws -> any SampleTables {
        defer { held = nil }
        if let held, held.source == source { return held.tables }
        return try source.tables()
    }
}
