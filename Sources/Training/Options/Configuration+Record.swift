/// In a record an optimiser's options stand among the others. The names there are those of the command line, in camel case.
extension Configuration: Codable {
    static let fields: [RecordField<Configuration>] = [
        RecordField("recipe", \.recipe), RecordField("model", \.topology), RecordField("target", \.target),
        RecordField("activation", \.activation),
        RecordField("outputActivation", \.outputActivation), RecordField("loss", \.loss),
        RecordField("dropout", \.dropout),
        RecordField("data", \.data), RecordField("targets", \.targets), RecordField("rowWeights", \.rowWeights),
        RecordField("targetColumns", \.table.targetColumns), RecordField("features", \.table.features),
        RecordField("weightColumn", \.table.weightColumn), RecordField("noHeader", \.table.noHeader),
        RecordField("test", \.table.test), RecordField("validation", \.table.validation),
        RecordField("task", \.table.task), RecordField("scaleInputs", \.table.scaleInputs),
        RecordField("scaleTargets", \.table.scaleTargets), RecordField("missing", \.table.missing),
        RecordField("classWeights", \.table.classWeights),
        RecordField("trainLimit", \.trainLimit), RecordField("testLimit", \.testLimit),
        RecordField("epochs", \.epochs), RecordField("batchSize", \.batchSize),
        RecordField("seed", \.seed), RecordField("shuffle", \.shuffle), RecordField("initializer", \.initializer),
        RecordField("weights", \.weights), RecordField("gradient", \.gradient), RecordField("precision", \.precision),
        RecordField("optimizer", \.optimizer), RecordField("genetic", \.genetic), RecordField("reduction", \.reduction),
        RecordField("slices", \.slices), RecordField("checkpointEvery", \.checkpointEvery),
        RecordField("clipNorm", \.clipNorm), RecordField("lossScale", \.lossScale), RecordField("schedule", \.schedule),
        RecordField("warmup", \.warmup), RecordField("patience", \.patience),
    ]

    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: FieldName.self)
        for field in Self.fields { try field.read(&self, container) }
        optimizerOptions = try OptimizerOptions(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try Self.fields.write(self, to: encoder)
        try optimizerOptions.encode(to: encoder)
    }
}

/// A property of `Record` by the name that files have for it.
struct RecordField<Record>: Sendable {
    let name: String
    let read: @Sendable (inout Record, KeyedDecodingContainer<FieldName>) throws -> Void
    let write: @Sendable (Record, inout KeyedEncodingContainer<FieldName>) throws -> Void

    init<Value: Codable & Sendable>(_ name: String, _ member: WritableKeyPath<Record, Value> & Sendable) {
        self.name = name
        read = { $0[keyPath: member] = try $1.decode(Value.self, forKey: FieldName(name)) }
        write = { try $1.encode($0[keyPath: member], forKey: FieldName(name)) }
    }

    /// nil is not written.
    init<Value: Codable & Sendable>(_ name: String, _ member: WritableKeyPath<Record, Value?> & Sendable) {
        self.name = name
        read = { $0[keyPath: member] = try $1.decodeIfPresent(Value.self, forKey: FieldName(name)) }
        write = { try $1.encodeIfPresent($0[keyPath: member], forKey: FieldName(name)) }
    }

    init<Value: Codable & Sendable & FormerlyFixed>(_ name: String, _ member: WritableKeyPath<Record, Value> & Sendable)
    {
        self.name = name
        read = { $0[keyPath: member] = try $1.decode(Value.self, forKey: FieldName(name)) }
        write = { try $1.encode($0[keyPath: member], forKey: FieldName(name)) }
    }
}

extension Array {
    /// Writes the fields of `record` among others that `encoder` has.
    func write<Record>(_ record: Record, to encoder: any Encoder) throws where Element == RecordField<Record> {
        var container = encoder.container(keyedBy: FieldName.self)
        for field in self { try field.write(record, &container) }
    }
}

/// Any name.
struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}
