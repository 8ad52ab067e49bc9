import Foundation

extension ScalingReport {
    /// The essential, as lines for a terminal.
    public var summary: String {
        sections.flatMap { section in
            [ScalingPoint.Kind.strong, .weak].flatMap { Self.table(section.study, $0) }
                + section.study.disagreements
                + (section.record.map(Self.validation) ?? [])
        }.joined(separator: "\n")
    }

    private static func table(_ study: ScalingStudy, _ kind: ScalingPoint.Kind) -> [String] {
        guard let base = study.base(kind) else { return [] }
        let title =
            "\(kind.rawValue) scaling of \(study.subject.model), base \(base.layout): \(Quantity.seconds(base.epochSeconds)) an epoch"
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
        var lines = ["model, each layout predicted from the others: \(ModelRecord.sentence(record.leaveOneOut))"]
        if !record.leaveOneLinkRateOut.isEmpty {
            lines.append(
                "model, each link rate predicted from the others: \(ModelRecord.sentence(record.leaveOneLinkRateOut))")
        }
        if !record.simulated.isEmpty {
            lines.append("model beside the simulation: \(ModelRecord.sentence(record.simulated))")
        }
        return lines
            + record.limits.map { "prediction, batch \($0.batchSize) (network: \(record.clusterSource)): \($0.why)" }
    }
}
