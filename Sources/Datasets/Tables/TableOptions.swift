/// What is asked of a table's columns and rows: how they are to be learned from.
///
/// nil is what a run's recipe makes of it; of samples that are no table all are nil.
public struct TableOptions: Sendable, Equatable {
    /// Columns that are asked for, by name or by number from 1, joined by commas; nil for those that the file itself names.
    public var targetColumns: String?
    /// The columns that are learned from, likewise; nil for all that are nothing else.
    public var features: String?
    /// The column of what each row counts while the network trains, likewise; nil where all count the same.
    public var weightColumn: String?
    /// Whether the first line of a file of text is data; nil where the file is looked at.
    public var noHeader: Bool?
    public var test: HeldOut?
    public var validation: HeldOut?
    /// nil for what the targets look like: see `TableTask.init(of:targets:)`.
    public var task: TableTask?
    public var scaleInputs: InputScaling?
    public var scaleTargets: TargetScaling?
    public var missing: MissingValues?
    /// `balanced`, or a file of classes and what each row of theirs counts.
    public var classWeights: String?

    public init(
        test: HeldOut? = nil, validation: HeldOut? = nil, scaleInputs: InputScaling? = nil,
        scaleTargets: TargetScaling? = nil, missing: MissingValues? = nil
    ) {
        (self.test, self.validation) = (test, validation)
        (self.scaleInputs, self.scaleTargets, self.missing) = (scaleInputs, scaleTargets, missing)
    }

    /// As `TableFile.read` asks for it.
    public var hasHeader: Bool? { noHeader.map { !$0 } }
}

/// What a table is to teach.
public enum TableTask: String, Sendable, Codable, CaseIterable {
    case classification, regression
}

/// What becomes of a column's numbers x before a network sees them: z = (x - shift) / scale, fitted on the training rows.
public enum InputScaling: String, Sendable, Codable, CaseIterable {
    /// Mean 0, deviation 1 (over N, as scikit-learn's StandardScaler).
    case standard
    /// 0…1.
    case minmax
    case none
}

/// What becomes of numbers that are asked for.
public enum TargetScaling: String, Sendable, Codable, CaseIterable {
    /// Mean 0, deviation 1.
    case standard
    /// The same of their logarithms, of positive ones.
    case log
    case none
}

/// What becomes of rows where a value is missing.
public enum MissingValues: String, Sendable, Codable, CaseIterable {
    /// They are refused, with their places.
    case error
    /// They are left out.
    case drop
    /// A feature's mean over the training rows takes the value's place; a row that misses a target is refused.
    case mean
}

/// Rows that are not learned from: a share of a table's, or a file of their own.
public enum HeldOut: Sendable, Equatable, LosslessStringConvertible {
    /// At least 0, none, and below 1.
    case share(Double)
    case file(String)

    /// What is a number is a share.
    public init(_ text: String) { self = Double(text).map { .share($0) } ?? .file(text) }

    public var description: String {
        switch self {
        case .share(let share): "\(share)"
        case .file(let path): path
        }
    }
}

/// A number, or a text.
extension HeldOut: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let share = try? container.decode(Double.self) {
            self = .share(share)
        } else {
            self = .file(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .share(let share): try container.encode(share)
        case .file(let path): try container.encode(path)
        }
    }
}
