import Datasets
import Training

/// Reads a run's samples once, for those who resolve its options by them and for the run itself.
public final class SampleReader {
    private var held: (source: DataSource, tables: any SampleTables)?
    private var files: (path: String, options: TableOptions, files: TableFiles)?

    /// What the table that these options name is to teach, and whether most of it is zeros that scaling would fill up; for the
    /// first rank alone.
    ///
    /// - Throws: as `TableFiles.init` and `PreparedTable.task`.
    public func table(for options: Configuration) throws -> (task: TableTask?, isSparse: Bool) {
        let files = try TableFiles(path: options.data, options: options.table)
        self.files = (options.data, options.table, files)
        return (
            try PreparedTable.task(files, target: options.target, options: options.table), files.main.table.isSparse
        )
    }

    /// The shape of the samples that a run of these options learns from; for the first rank alone.
    ///
    /// - Throws: as `DataSource.tables`.
    public func shape(for options: Configuration) throws -> SampleShape {
        let source = DataSource(of: options)
        let tables = try source.tables(files: files(for: options))
        held = (source, tables)
        files = nil
        return tables.shape
    }

    /// Those that are held, where the options name the same.
    private func files(for options: Configuration) -> TableFiles? {
        guard let files, files.path == options.data, options.isTable else { return nil }
        let (mine, others) = (files.options, options.table)
        let isSame =
            (mine.noHeader, mine.classWeights) == (others.noHeader, others.classWeights) && mine.test == others.test
            && mine.validation == others.validation
        return isSame ? files.files : nil
    }

    /// The samples of `source`, which are not held any longer.
    func tables(_ source: DataSource) throws -> any SampleTables {
        defer { held = nil }
        if let held, held.source == source { return held.tables }
        return try source.tables()
    }
}
