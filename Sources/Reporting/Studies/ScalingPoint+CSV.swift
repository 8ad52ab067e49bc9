import Storage

extension ScalingPoint {
    private static let columns: [(name: String, value: @Sendable (ScalingPoint) -> String?)] = [
        ("id", { $0.id }), ("source", { $0.source.rawValue }), ("kind", { $0.kind.rawValue }),
        ("nodes", { "\($0.nodes)" }), ("ranks", { "\($0.ranks)" }), ("threads", { "\($0.threads)" }),
        ("workers", { "\($0.workers)" }), ("model", { $0.model }), ("data", { $0.data }),
        ("parameters", { text($0.parameters) }), ("precision", { $0.precision }), ("gradient", { $0.gradient }),
        ("optimizer", { $0.optimizer }), ("tries", { text($0.tries) }),
        ("samples", { text($0.samples) }), ("batch_size", { text($0.batchSize) }), ("slices", { text($0.slices) }),
        ("reduction", { $0.reduction }), ("steps", { text($0.steps) }), ("step_seconds", { text($0.stepSeconds) }),
        ("compute", { text($0.phases?.compute) }), ("wait", { text($0.phases?.wait) }),
        ("reduce", { text($0.phases?.reduce) }), ("update", { text($0.phases?.update) }),
        ("weights_sha256", { $0.weightsSha256 }), ("test_accuracy", { text($0.testAccuracy) }),
        ("group", { $0.group }), ("type", { $0.type }), ("bytes", { text($0.bytes) }), ("calls", { text($0.calls) }),
        ("call_seconds", { text($0.callSeconds) }), ("repeat", { text($0.repeat) }), ("order", { text($0.order) }),
        ("warm_up", { text($0.warmUp) }), ("link_rate", { text($0.linkRate) }),
        ("cores_per_node", { text($0.coresPerNode) }), ("load_average", { text($0.load?.average) }),
        ("others_before", { text($0.load?.othersBefore) }), ("others", { text($0.load?.others) }),
        ("steal", { text($0.load?.steal) }), ("cpu", { $0.cpu }), ("mpi", { $0.mpi }),
        ("version", { $0.version }), ("started", { $0.started }), ("exit_code", { text($0.exitCode) }),
        ("message", { $0.message }),
    ]

    private static func text(_ value: (some CustomStringConvertible)?) -> String? { value?.description }

    /// The points as a table, by RFC 4180; what is a list is left out.
    public static func csv(_ points: [ScalingPoint]) -> String {
        let rows = [columns.map(\.name)] + points.map { point in columns.map { $0.value(point) ?? "" } }
        return rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A text that begins as a formula does gets an apostrophe, by which spreadsheets show it instead of computing it.
    private static func quoted(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        return DelimitedText.field(isFormula && Double(text) == nil ? "'" + text : text)
    }
}
