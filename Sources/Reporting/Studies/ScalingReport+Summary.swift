import Foundation

extension ScalingReport {
    /// The essential, as lines for a terminal.
    public var summary: String {
        let lines = sections.flatMap { section in
            [ScalingPoint.Kind.strong, .weak].flatMap { Self.table(section.study, $0) }
                + section.study.disagreements
                + (section.record.map(Self.validation) ?? [])
        }
        return (lines + (loadWarning.map { ["warning: \($0)"] } ?? [])).joined(separator: "\n")
    }

    private static func table(_ study: ScalingStudy, _ kind: ScalingPoint.Kind) -> [String] {
        guard let base = study.base(kind) else { return [] }
        let title =
            "\(kind.rawValue) scaling of \(study.subject.model), \(study.subject.optimizer), base \(base.layout): \(Quantity.seconds(base.epochSeconds)) an epoch"
        return [title]
            + study.measured(kind).map { one in
                let (speedUp, efficiency) = (
                    Ratio.speedUp(of: one, over: base), Ratio.efficiency(of: one, over: base)
                )
                let (median, interval) = (one.median * 1e6, one.interval)
                return "  "
                    + [
                        padded(one.layout, 16), padded(one.shape.isExact ? "exact" : "allreduce", 9),
                        padded(one.shape.linkRate.map(Quantity.bits(perSecond:)) ?? "", 12),
                        String(
                            format: "%9.1f µs [%.1f, %.1f]", median, interval.low * 1e6, interval.high * 1e6),
                        String(format: "speed-up %5.2f  efficiency %5.2f", speedUp.value, efficiency.value),
                        one.hashes.map { String($0.prefix(12)) }.joined(separator: " "),
                        one.isOversubscribed ? "(workers share cores)" : "",
                    ].joined(separator: "  ")
            }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func validation(_ record: ModelRecord) -> [String] {
        func named(_ standing: String) -> [ModelRecord.FittedParameter] {
            record.parameters.filter { $0.standing == standing }
        }
        let identified = named("identified").map { one in
            let error = one.value.flatMap { value in one.halfWidth.map { $0 / value } } ?? 0
            return "\(one.name) ± \(Quantity.percent(error))"
        }
        var lines = ["model: identified: \(identified.isEmpty ? "nothing" : identified.joined(separator: ", "))"]
        lines += named("not identified").map { "model: not identified: \($0.name): \($0.why ?? "")" }
        let unmeasured = named("not measured").map(\.name)
        if !unmeasured.isEmpty { lines.append("model: not measured: \(unmeasured.joined(separator: ", "))") }
        lines.append("model: \(record.leaveOneOutSentence)")
        if !record.leaveOneLinkRateOut.isEmpty {
            lines.append(
                "model, each link rate predicted from the others: \(ModelRecord.sentence(record.leaveOneLinkRateOut))")
        }
        if !record.simulated.isEmpty {
            lines.append("model beside the simulation: \(ModelRecord.sentence(record.simulated))")
        }
        return lines
            + record.limits.map { "prediction, batch \($0.batchSize) (network: \(record.clusterSource)): \($0.why)" }
            + record.refusals.map { "prediction: \($0.sentence)" }
    }
}
