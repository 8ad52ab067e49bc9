/// As models have it, in JSON that reads itself:
///
///     {"features": [{"name": "age", "shift": …, "scale": …, "minimum": …, "maximum": …, "mean": …},
///                   {"name": "sex", "names": ["f", "m"], "shares": [0.5, 0.5]}],
///      "target": {"column": "species", "classes": ["setosa", …]}  or  {"columns": [{"name": …, "shift": …, "scale": …, "log": false}]}
///      or {"inputs": true}, "constants": [], "missing": "error"}
extension TableColumns: Codable {
    private enum Key: String, CodingKey { case features, target, constants, missing }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        features = try container.decode([Feature].self, forKey: .features)
        target = try container.decode(Target.self, forKey: .target)
        constants = try container.decode([String].self, forKey: .constants)
        missing = try container.decode(MissingValues.self, forKey: .missing)
        if let fault {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: fault))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(features, forKey: .features)
        try container.encode(target, forKey: .target)
        try container.encode(constants, forKey: .constants)
        try container.encode(missing, forKey: .missing)
    }

    /// Why this describes no inputs or outputs; nil where it does.
    private var fault: String? {
        let scales = inputScales + (units?.outputs.map { ($0.shift, $0.scale) } ?? [])
        if features.isEmpty || outputNames.isEmpty { return "expected features and outputs" }
        if scales.contains(where: { !$0.shift.isFinite || !$0.scale.isFinite || $0.scale == 0 }) {
            return "expected shifts that are finite, and scales that are neither that nor 0"
        }
        if let classes, classes.count > Self.mostClasses { return "expected at most \(Self.mostClasses) classes" }
        let isWhole = features.allSatisfy { feature in
            switch feature.values {
            case .number: true
            case .texts(let texts): texts.names.count == texts.shares.count
            }
        }
        return isWhole ? nil : "expected as many shares as names"
    }
}

extension TableColumns.Feature: Codable {
    private enum Key: String, CodingKey { case name, names }

    /// A number's members stand beside the name, and so do those of texts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        values =
            container.contains(.names)
            ? .texts(try TableColumns.Texts(from: decoder)) : .number(try TableColumns.Number(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        switch values {
        case .number(let number): try number.encode(to: encoder)
        case .texts(let texts): try texts.encode(to: encoder)
        }
    }
}

extension TableColumns.Target: Codable {
    private enum Key: String, CodingKey { case column, classes, columns, inputs }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let names = try container.decodeIfPresent([String].self, forKey: .classes) {
            self = .classes(column: try container.decode(String.self, forKey: .column), names: names)
        } else if let outputs = try container.decodeIfPresent([TargetUnits.Output].self, forKey: .columns) {
            self = .numbers(TargetUnits(outputs))
        } else {
            _ = try container.decode(Bool.self, forKey: .inputs)
            self = .inputs
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .classes(let column, let names):
            try container.encode(column, forKey: .column)
            try container.encode(names, forKey: .classes)
        case .numbers(let units): try container.encode(units.outputs, forKey: .columns)
        case .inputs: try container.encode(true, forKey: .inputs)
        }
    }
}
