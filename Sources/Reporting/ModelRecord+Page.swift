import Foundation

extension ModelRecord {
    func add(to page: inout Page, study: ScalingStudy, model: StepModel) {
        page.heading("Model")
        page.add(
            """
            <p>The time of a step as a sum of terms, fitted to the medians above by least squares of relative errors, no \
            parameter negative. W workers on n nodes, w = W/n of them on each; B samples in S slices; P parameters; M bytes of \
            gradient.</p>
            <div class="formula">\(Self.formula)</div>
            """)
        page.add(
            .table(
                ["Parameter", "", "Fitted"],
                parameters.map { parameter in
                    [
                        "<code>\(parameter.name)</code>", "\(parameter.meaning)",
                        !parameter.known
                            ? "<span class=\"soft\">not measured</span>"
                            : .number(
                                parameter.value,
                                parameter.unit == "s"
                                    ? Quantity.seconds(parameter.value) : Quantity.figures(parameter.value)),
                    ]
                }))
        addValidation(to: &page)
        study.addSimulation(model: model, errors: Self.sentence(simulated), to: &page)
        addForecast(to: &page, study: study)
    }

    static let formula = """
        step    = compute + sum + barriers + network
        compute = ⌈S/W⌉ · (B/S · (sample + contention · (1 - 1/w)) + P · slice)
        sum     = P/w · (S/n + 4) · word
        barriers = (2 if n = 1, else 4) · log2 w · barrier
        network = 2·⌈log2 n⌉ · alpha + 2·(n-1)/n · M · (beta + wire · 8/link rate)
        """

    private func addValidation(to page: inout Page) {
        page.add("<h3>How well it predicts what it has not seen</h3>")
        page.add(
            """
            <p>Each layout is predicted by a model that was fitted to all others. \(Self.sentence(leaveOneOut)) \
            The fit to all points itself: \(Self.sentence(fit))</p>
            """)
        page.add(.details("Every layout", Self.table(leaveOneOut)))
        if !leaveOneLinkRateOut.isEmpty {
            page.add(
                """
                <p>Each link rate, predicted from points at the other rates and on one node. \
                \(Self.sentence(leaveOneLinkRateOut))</p>
                """)
            page.add(Self.table(leaveOneLinkRateOut))
        }
    }

    static func sentence(_ comparisons: [Comparison]) -> String {
        guard let errors = errors(comparisons) else {
            return "None could be: each is the only one that tells of some parameter."
        }
        let unknown = comparisons.filter { !$0.known }.count
        return "Error: median \(Quantity.percent(errors.median, digits: 1)), largest "
            + "\(Quantity.percent(errors.largest, digits: 1)), of \(comparisons.count - unknown) layouts."
            + (unknown == 0
                ? "" : " \(unknown) cannot be predicted without being measured: nothing else tells of some parameter.")
    }

    private static func table(_ comparisons: [Comparison]) -> Markup {
        .table(
            ["Layout", "", "Reduction", "Batch", "Link rate", "Observed", "Predicted", "Error"],
            comparisons.map { one in
                [
                    "\(one.layout)", "\(one.source), \(one.kind)", "\(one.reduction)", "\(one.batchSize)",
                    "\(one.linkRate.map(Quantity.bits(perSecond:)) ?? "–")", .seconds(one.measuredSeconds),
                    .seconds(one.predictedSeconds),
                    one.known
                        ? .number(one.error, Quantity.percent(one.error, digits: 1)) : "<span class=\"soft\">–</span>",
                ]
            })
    }

    // MARK: Prediction

    private func addForecast(to page: inout Page, study: ScalingStudy) {
        guard !forecasts.isEmpty else { return }
        page.heading("Prediction for a larger cluster")
        let rate = cluster.linkRate.map { ", links of \(Quantity.bits(perSecond: $0))" } ?? ""
        page.add(
            """
            <p>Not measured: the model's continuation to nodes of \(cluster.workersPerNode ?? 1) workers like the measured \
            ones, messages of \(Quantity.seconds(cluster.latency ?? 0))\(rate) (\(clusterSource)), slices by the ladder.</p>
            """)
        for limit in limits {
            page.add(
                """
                <p class="note"><b>Minibatches of \(limit.batchSize):</b> fastest on \(limit.fastestWorkers) workers, \
                \(Markup.seconds(limit.fastestStepSeconds)) a step, \(Quantity.figures(limit.speedUp)) times one worker. \
                \(limit.why)</p>
                """)
        }
        page.add([speedUpChart(study)] + limits.map { termsChart(batchSize: $0.batchSize) })
        let rows = forecasts.map { one -> [Markup] in
            [
                "\(one.batchSize)", "\(one.workers)", "\(one.nodes)", "\(one.slices)", .seconds(one.stepSeconds),
                .number(one.speedUp, Quantity.figures(one.speedUp)),
                .number(one.efficiency, Quantity.percent(one.efficiency)),
            ] + StepModel.Term.allCases.map { .seconds(one.terms[$0.rawValue] ?? 0) }
        }
        page.add(
            .details(
                "Predicted steps",
                .table(
                    ["Batch", "Workers", "Nodes", "Slices", "Step", "Speed-up", "Efficiency"]
                        + StepModel.Term.allCases.map { "\($0.rawValue)" }, rows)))
    }

    private var ticks: [Chart.Tick] { Chart.ticks(forecasts.map { Double($0.workers) }, ratio: 2.5) }

    private func speedUpChart(_ study: ScalingStudy) -> Chart {
        let workers = forecasts.map { Double($0.workers) }
        let reach = forecasts.map(\.speedUp).max() ?? 1
        var series = [
            Chart.Series(
                name: "ideal", color: 6, style: .line,
                points: workers.distinct.filter { $0 <= reach * 2 }.map { Chart.Point(x: $0, y: $0) })
        ]
        for (index, limit) in limits.enumerated() {
            let own = forecasts.filter { $0.batchSize == limit.batchSize }
            let color = [1, 2, 3, 4][index % 4]
            series.append(
                Chart.Series(
                    name: "predicted, batch \(limit.batchSize)", color: color, style: .dashed,
                    points: own.map { Chart.Point(x: Double($0.workers), y: $0.speedUp) }))
            guard let base = own.first.map({ $0.stepSeconds }) else { continue }
            let points = study.measurements.filter {
                $0.setting.source == .measured && $0.shape.batchSize == limit.batchSize && !$0.isOversubscribed
                    && $0.shape.isExact
            }
            series.append(
                Chart.Series(
                    name: points.isEmpty ? "" : "measured, batch \(limit.batchSize)", color: color, style: .marks,
                    points: points.map { Chart.Point(x: Double($0.shape.workers), y: base / $0.median) }))
        }
        return Chart(
            title: "Predicted speed-up", caption: "Relative to the predicted step of one worker.", x: "workers",
            y: "times one worker", isLogX: true, isLogY: true,
            yFrom: 0.8 * min(1, forecasts.map(\.speedUp).min() ?? 1), ticks: ticks, content: .lines(series))
    }

    private func termsChart(batchSize: Int) -> Chart {
        let own = forecasts.filter { $0.batchSize == batchSize }
        let colors = [1, 3, 6, 2, 5]
        let terms = zip(StepModel.Term.allCases, colors).map { term, color in
            Chart.Series(
                name: term.meaning, color: color, style: .line,
                points: own.compactMap { one in
                    // A logarithm has no place for zero.
                    one.terms[term.rawValue].flatMap {
                        $0 > 1e-9 ? Chart.Point(x: Double(one.workers), y: $0 * 1e6) : nil
                    }
                })
        }
        let whole = Chart.Series(
            name: "step", color: 0, style: .dashed,
            points: own.map { Chart.Point(x: Double($0.workers), y: $0.stepSeconds * 1e6) })
        return Chart(
            title: "Predicted step, batch \(batchSize)",
            caption: "The terms of the model; where the compute line is crossed, "
                + "more workers stop helping.", x: "workers", y: "microseconds", isLogX: true, isLogY: true,
            ticks: ticks,
            content: .lines(terms + [whole]))
    }
}
