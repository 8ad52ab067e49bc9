import Storage

/// The files that a run's rows are in, as they were read.
public struct TableFiles: Sendable {
    public let main: TableFile
    /// Those of their own that rows were held out in.
    public let test: TableFile?
    public let validation: TableFile?
    public let classWeights: ClassWeights?

    public init(
        main: TableFile, test: TableFile? = nil, validation: TableFile? = nil, classWeights: ClassWeights? = nil
    ) {
        (self.main, self.test, self.validation) = (main, test, validation)
        self.classWeights = classWeights
    }

    /// - Throws: as `TableFile.read`, `SplitFolder.read` and `ClassWeights.init`.
    public init(path: String, options: TableOptions) throws {
        let hasHeader = options.hasHeader
        func read(_ heldOut: HeldOut?) throws -> TableFile? {
            guard case .file(let path) = heldOut else { return nil }
            return try Self.read(path, hasHeader: hasHeader)
        }
        self.init(
            main: try Self.read(path, hasHeader: hasHeader), test: try read(options.test),
            validation: try read(options.validation),
            classWeights: try options.classWeights.map { try ClassWeights($0, hasHeader: hasHeader) })
    }

    /// What is a set of a table that was split is as that says.
    private static func read(_ path: String, hasHeader: Bool?) throws -> TableFile {
        guard let (folder, set) = SplitFolder.owner(of: path) else {
            return try TableFile.read(path, hasHeader: hasHeader)
        }
        return try folder.read(set)
    }
}

extension TableFile {
    /// - Throws: what is wrong with the first of these columns with which something is.
    public func requireSound(_ columns: [String]) throws {
        if let fault = columns.lazy.compactMap({ faults[$0] }).first { throw fault }
    }
}

/// What a row counts, by its class.
public enum ClassWeights: Sendable {
    /// As much as the others' all together: N / (classes · rows of the class), as scikit-learn's `balanced`.
    case balanced
    /// As a file of two columns says, a class and its weight.
    case table(Table)

    /// - Parameter text: `balanced`, or a file's path.
    /// - Throws: as `TableFile.read`; `.badData` where the file has not two columns, or weights that are no numbers.
    public init(_ text: String, hasHeader: Bool?) throws {
        guard text != "balanced" else {
            self = .balanced
            return
        }
        let file = try TableFile.read(text, hasHeader: hasHeader)
        try file.requireSound(file.table.columns.map(\.name))
        guard file.table.columns.count == 2, file.table.columns[1].numbers != nil else {
            throw Failure(.badData, "\(text): expected two columns, the classes and a weight for each")
        }
        self = .table(file.table)
    }

    /// The weight of each class.
    ///
    /// - Parameter counts: of the training rows of each.
    /// - Throws: `.badData` where the file names another class, or not all of them.
    public func weights(of classes: [String], counts: [Int]) throws -> [Double] {
        switch self {
        case .balanced:
            let present = Double(counts.count { $0 > 0 })
            let total = Double(counts.reduce(0, +))
            return counts.map { $0 == 0 ? 0 : total / (present * Double($0)) }
        case .table(let table):
            let columns = TableColumns(classes: classes, of: table.columns[0].name)
            let rows = Array(0..<table.rowCount)
            let labels = try columns.labels(of: table, rows: rows)
            let numbers = table.columns[1].numbers!
            return try classes.enumerated().map { index, name in
                guard let row = labels.firstIndex(of: UInt8(index)) else {
                    throw Failure(.badData, "\(table.name): expected a weight for each class, found none for \(name)")
                }
                return numbers[row]
            }
        }
    }
}
