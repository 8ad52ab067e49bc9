import Foundation

extension ScalingStudy {
    static let phaseNames = ["compute", "wait", "reduce", "update"]
    static let phaseColors = [1, 6, 2, 3]

    // MARK: Where the time goes

    func addPhases(to page: inout Page) {
        let split = measurements.filter { $0.phases != nil && $0.setting.source == .measured }
        guard !split.isEmpty else { return }
        page.heading("Where a step's time goes")
        page.add(
            """
            <p>Medians over the repeats, of each phase the slowest worker's; as these may be different workers, the parts \
            can add up to more than the step. On one node the exact sum is part of the update.</p>
            """)
        page.add(
            [ScalingPoint.Kind.strong, .weak].map { kind in
                let bars = split.filter { $0.setting.kind == kind }
                return Chart(
                    title: "\(kind == .strong ? "Strong" : "Weak") scaling, by phase",
                    caption: bars.contains { !$0.shape.isExact } ? "a: floating-point all-reduce" : "", x: "",
                    y: "milliseconds",
                    yFrom: 0,
                    content: .bars(
                        Chart.Bars(
                            names: Self.phaseNames, colors: Self.phaseColors, labels: bars.map(Self.label),
                            values: bars.map { $0.phases!.values.map { $0 * 1e3 } })))
            })
        let rows = split.map { one -> [Markup] in
            [
                "\(one.setting.kind.rawValue)", "\(one.shape.nodes)", "\(one.shape.ranks) × \(one.shape.threads)",
                one.shape.isExact ? "exact" : "all-reduce", "\(one.shape.batchSize)", .seconds(one.median),
            ] + one.phases!.values.map(Markup.seconds)
        }
        page.add(
            .table(
                [
                    "Scaling", "Nodes", "Ranks × threads", "Reduction", "Batch", "Step", "Compute", "Wait", "Reduce",
                    "Update",
                ],
                rows))
        addRanks(to: &page)
    }

    private static func label(_ measurement: Measurement) -> String {
        let shape = measurement.shape
        let rate = shape.linkRate.map { " " + Quantity.bits(perSecond: $0) } ?? ""
        return (shape.nodes > 1 ? "\(shape.nodes)n " : "") + "\(shape.ranks)×\(shape.threads)" + rate
            + (shape.isExact ? "" : " a") + (measurement.isOversubscribed ? "*" : "")
    }

    private func addRanks(to page: inout Page) {
        let split = measurements.filter { $0.shape.ranks > 1 && !$0.rankPhases.isEmpty }
        guard !split.isEmpty else { return }
        let rows = split.flatMap { one in
            one.rankPhases.map { rank -> [Markup] in
                [
                    "\(one.setting.kind.rawValue)", "\(one.shape.ranks) × \(one.shape.threads)",
                    one.shape.isExact ? "exact" : "all-reduce", "\(rank.rank)", "\(rank.host)",
                ] + rank.phases.values.map(Markup.seconds)
            }
        }
        page.add(
            .details(
                "By rank",
                .table(
                    ["Scaling", "Ranks × threads", "Reduction", "Rank", "Host", "Compute", "Wait", "Reduce", "Update"],
                    rows)))
    }

    // MARK: Communication

    func addCommunication(model: StepModel?, to page: inout Page) {
        guard !calls.isEmpty else { return }
        page.heading("Communication bound")
        let parameters = measurements.first?.shape.parameters ?? 0
        page.add(
            """
            <p>A loop of MPI_Allreduce alone, started in the same way as the training runs, each call timed on the slowest \
            rank. The gradient of \(Quantity.grouped(Double(parameters))) parameters is the largest size. The exact sum \
            sends 64-bit words, between one rank of each node only, and nothing at all on one node; a trainer with a copy of \
            the weights on each rank cannot be faster than its all-reduce over all ranks.</p>
            """)
        let lines = calls.map { "\($0.setting.type), \($0.layout)" }.distinct
        let series = lines.enumerated().flatMap { index, name -> [Chart.Series] in
            let own = calls.filter { "\($0.setting.type), \($0.layout)" == name }
            let points = own.map {
                Chart.Point(
                    x: Double($0.setting.bytes), y: $0.median * 1e6, low: $0.interval.low * 1e6,
                    high: $0.interval.high * 1e6)
            }
            let color = [1, 2, 3, 4, 5, 7, 8][index % 7]
            return [
                Chart.Series(name: "", color: color, style: .dotted, points: points),
                Chart.Series(name: name, color: color, style: .marks, points: points),
            ]
        }
        page.add([
            Chart(
                title: "Time of an all-reduce", caption: "Medians over the repeats, with their intervals.", x: "bytes",
                y: "microseconds", isLogX: true, isLogY: true,
                ticks: Chart.ticks(calls.map { Double($0.setting.bytes) }, ratio: 6) { Quantity.bytes($0) },
                content: .lines(series))
        ])
        let rows = calls.map { call -> [Markup] in
            [
                "\(call.setting.nodes)", "\(call.setting.ranks)", "\(call.setting.group)", "\(call.setting.type)",
                "\(Quantity.bytes(Double(call.setting.bytes)))",
                "\(call.setting.linkRate.map(Quantity.bits(perSecond:)) ?? "–")", "\(call.callSeconds.count)",
                .median(call.median, call.interval),
            ]
        }
        page.add(.table(["Nodes", "Ranks", "Among", "Type", "Size", "Link rate", "Runs", "A call"], rows))
    }
}

extension CallMeasurement {
    var layout: String {
        let rate = setting.linkRate.map { " at \(Quantity.bits(perSecond: $0))" } ?? ""
        let nodes = setting.nodes == 1 ? "one node" : "\(setting.nodes) nodes\(rate)"
        return setting.group == "leaders" ? "a rank of each of \(nodes)" : "\(setting.ranks) ranks, \(nodes)"
    }
}
