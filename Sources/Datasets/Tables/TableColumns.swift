/// What a network makes of a table's columns, fitted on the rows that it learns from, and kept with it: which columns its
/// inputs are made from and how, and what its outputs mean.
///
/// Columns are known by their names, so that they may stand elsewhere in another file, and among others.
public struct TableColumns: Sendable, Equatable {
    /// In the order of the inputs.
    public let features: [Feature]
    public let target: Target
    /// Columns that were the same in every training row, and are left out.
    public let constants: [String]
    public let missing: MissingValues

    public init(features: [Feature], target: Target, constants: [String], missing: MissingValues) {
        (self.features, self.target) = (features, target)
        (self.constants, self.missing) = (constants, missing)
    }

    /// Only to tell the classes of a column.
    init(classes: [String], of column: String) {
        self.init(features: [], target: .classes(column: column, names: classes), constants: [], missing: .error)
    }

    /// A column that inputs are made from.
    public struct Feature: Sendable, Equatable {
        public let name: String
        public let values: Values

        public init(name: String, values: Values) { (self.name, self.values) = (name, values) }

        public enum Values: Sendable, Equatable {
            /// An input.
            case number(Number)
            /// An input for each text, 1 where the row has that and 0 otherwise.
            case texts(Texts)
        }
    }

    /// A column of numbers x, of which the input (x - shift) / scale is made.
    public struct Number: Sendable, Equatable, Codable {
        public let shift: Double
        /// Not 0.
        public let scale: Double
        /// Of the training rows.
        public let minimum: Double
        public let maximum: Double
        /// Of the training rows' that are not missing: what takes the place of one that is, where that is asked for.
        public let mean: Double

        public init(shift: Double, scale: Double, minimum: Double, maximum: Double, mean: Double) {
            (self.shift, self.scale) = (shift, scale)
            (self.minimum, self.maximum, self.mean) = (minimum, maximum, mean)
        }
    }

    /// A column of texts.
    public struct Texts: Sendable, Equatable, Codable {
        /// Those of the training rows, in their order as bytes. Another text is none of them, and all inputs are 0.
        public let names: [String]
        /// How many of the training rows have each: what the inputs are where the text is missing, and that is asked for.
        public let shares: [Double]

        public init(names: [String], shares: [Double]) { (self.names, self.shares) = (names, shares) }
    }

    public enum Target: Sendable, Equatable {
        /// A column whose values are names: an output for each.
        case classes(column: String, names: [String])
        /// An output for each of these columns.
        case numbers(TargetUnits)
        /// The inputs themselves.
        case inputs
    }

    /// A name for each input: the column's, or `column=text`.
    public var inputNames: [String] {
        features.flatMap { feature in
            switch feature.values {
            case .number: [feature.name]
            case .texts(let texts): texts.names.map { "\(feature.name)=\($0)" }
            }
        }
    }

    /// n_0.
    public var inputCount: Int { features.reduce(0) { $0 + $1.values.inputCount } }

    /// A name for each output: the class, the target's column, or the input.
    public var outputNames: [String] {
        switch target {
        case .classes(_, let names): names
        case .numbers(let units): units.outputs.map(\.name)
        case .inputs: inputNames
        }
    }

    /// The classes that the outputs stand for; nil where they stand for numbers.
    public var classes: [String]? {
        if case .classes(_, let names) = target { names } else { nil }
    }

    /// What the outputs mean; nil where they stand for classes.
    public var units: TargetUnits? {
        switch target {
        case .classes: nil
        case .numbers(let units): units
        case .inputs:
            TargetUnits(
                zip(inputNames, inputScales).map { name, input in
                    TargetUnits.Output(name: name, shift: input.shift, scale: input.scale, isLog: false)
                })
        }
    }

    /// Of each input x: (x - shift) / scale is what the network sees.
    public var inputScales: [(shift: Double, scale: Double)] {
        features.flatMap { feature -> [(shift: Double, scale: Double)] in
            switch feature.values {
            case .number(let number): [(number.shift, number.scale)]
            case .texts(let texts): Array(repeating: (0, 1), count: texts.names.count)
            }
        }
    }

    /// The columns whose values the outputs are compared with.
    public var targetColumns: [String] {
        switch target {
        case .classes(let column, _): [column]
        case .numbers(let units): units.outputs.map(\.name)
        case .inputs: []
        }
    }
}

extension TableColumns.Feature.Values {
    var inputCount: Int {
        switch self {
        case .number: 1
        case .texts(let texts): texts.names.count
        }
    }
}
