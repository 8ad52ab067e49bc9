import Foundation
import Storage

extension ModelRecord {
    func add(to page: inout Page, study: ScalingStudy, model: StepModel) {
        page.heading("Model")
        page.add(
            """
            <p>The time of a step as a sum of terms, fitted to the medians above by least squares of relative errors, no \
            parameter negative. W workers on n nodes, w = W/n of them on each; B samples in S slices; P parameters; M bytes of \
            gradient\(study.base(.strong)?.shape.work.legend ?? "").</p>
            <div class="formula">\(study.base(.strong)?.shape.work.formula ?? StepWork.gradient.formula)</div>
            """)
        page.add(
            .table(
                ["Parameter", "", "Fitted", "±, with 95\u{A0}%", "Why not"],
                parameters.map { parameter in
                    let soft: Markup = "<span class=\"soft\">\(parameter.standing)</span>"
                    return [
                        "<code>\(parameter.name)</code>", "\(parameter.meaning)",
                        parameter.value.map(parameter.cell) ?? soft, parameter.halfWidth.map(parameter.cell) ?? "",
                        "\(parameter.why ?? "")",
                    ]
                },
                caption: "Intervals are Student's, of the errors that the fit leaves and of the scatter of repeats."))
        addValidation(to: &page)
        study.addSimulation(model: model, errors: Self.sentence(simulated), to: &page)
        addForecast(to: &page, study: study)
    }

    private func addValidation(to page: inout Page) {
        page.add("<h3>How well it predicts what it has not seen</h3>")
        page.add(
            """
            <p>\(leaveOneOutSentence) Inside the range that was measured, that is: larger clusters are no part of this test. The \
            fit itself, of \(parameters.count { $0.standing != "not measured" }) parameters to these points, is no test: \
            \(Self.sentence(fit))</p>
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

    /// What was left out, what it was predicted from, and how well.
    var leaveOneOutSentence: String {
        let layouts = Set(leaveOneOut.map { "\($0.layout) \($0.reduction) \($0.batchSize) \($0.linkRate ?? 0)" }).count
        guard layouts > 0 else { return "There are too few layouts to leave one out." }
        return
            "Of \(layouts) layouts and batches each was left out in turn, with all of its points, and predicted from the "
            + "\(layouts == 2 ? "other one" : "\(layouts - 1) others"). \(Self.sentence(leaveOneOut))"
    }

    /// The errors of those that were predicted, how many these are, and why the others were not.
    static func sentence(_ comparisons: [Comparison]) -> String {
        let predicted = comparisons.count { $0.error != nil }
        let reasons = comparisons.compactMap(\.why).distinct.joined(separator: "; ")
        guard let errors = errors(comparisons) else { return "None could be predicted: \(reasons)." }
        let number = predicted == comparisons.count ? "\(predicted)" : "\(predicted) of \(comparisons.count)"
        return "Error: median \(Quantity.percent(errors.median, digits: 1)), largest "
            + "\(Quantity.percent(errors.largest, digits: 1)), of \(number) medians."
            + (predicted == comparisons.count ? "" : " The others were not predicted: \(reasons).")
    }

    private static func table(_ comparisons: [Comparison]) -> Markup {
        .table(
            ["Layout", "", "Reduction", "Batch", "Link rate", "Observed", "Predicted", "Error"],
            comparisons.map { one in
                [
                    "\(one.layout)", "\(one.source), \(one.kind)", "\(one.reduction)", "\(one.batchSize)",
                    "\(one.linkRate.map(Quantity.bits(perSecond:)) ?? "–")", .seconds(one.measuredSeconds),
                    one.predictedSeconds.map(Markup.seconds) ?? "<span class=\"soft\">not predicted</span>",
                    one.error.map { .number($0, Quantity.percent($0, digits: 1)) } ?? "\(one.why ?? "–")",
                ]
            })
    }

    // MARK: Prediction

    private func addForecast(to page: inout Page, study: ScalingStudy) {
        guard !forecasts.isEmpty || !refusals.isEmpty else { return }
        page.heading("Prediction for a larger cluster")
        let latency = cluster.latency.map { ", messages of \(Quantity.seconds($0))" } ?? ""
        let rate = cluster.linkRate.map { ", links of \(Quantity.bits(perSecond: $0))" } ?? ""
        page.add(
            """
            <p>Not measured: the model's continuation to nodes of \(cluster.workersPerNode ?? 1) workers like the measured \
            ones\(latency)\(rate) (\(clusterSource)), slices by the ladder.</p>
            """)
        for refusal in refusals { page.add("<p class=\"note\">\(refusal.sentence)</p>") }
        guard !forecasts.isEmpty else { return }
        for limit in limits {
            page.add(
                """
                <p class="note"><b>Steps of \(counted(limit.batchSize, "sample")):</b> fastest on \(limit.fastestWorkers) workers, \
                \(Markup.seconds(limit.fastestStepSeconds)) a step, \(Quantity.figures(limit.speedUp)) times one worker. \
                \(limit.why)</p>
                """)
        }
        page.add([speedUpChart(study)] + limits.map { termsChart(batchSize: $0.batchSize) })
        let rows = forecasts.map { one -> [Markup] in
            [
                "\(one.batchSize)", "\(one.workers)", "\(one.nodes)", "\(one.slices)", .seconds(one.stepSeconds),
                .number(one.halfWidth, "±\u{A0}" + Quantity.percent(one.halfWidth / one.stepSeconds)),
                .number(one.speedUp, Quantity.figures(one.speedUp)),
                .number(one.efficiency, Quantity.percent(one.efficiency)),
            ] + terms.map { .seconds(one.terms[$0.rawValue] ?? 0) }
        }
        page.add(
            .details(
                "Predicted steps",
                .table(
                    ["Batch", "Workers", "Nodes", "Slices", "Step", "With 95\u{A0}%", "Speed-up", "Efficiency"]
                        + terms.map { "\($0.rawValue)" }, rows)))
    }

    /// What the predicted steps have.
    private var terms: [StepModel.Term] {
        StepModel.Term.allCases.filter { term in forecasts.contains { $0.terms[term.rawValue] != nil } }
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
        let lines = terms.map { term in
            Chart.Series(
                name: term.meaning, color: term.color, style: .line,
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
            content: .lines(lines + [whole]))
    }
}

extension StepModel.Term {
    fileprivate var color: Int {
        switch self {
        case .compute: 1
        case .factor: 4
        case .pivot: 8
        case .sum: 3
        case .barrier: 6
        case .latency: 2
        case .bandwidth: 5
        }
    }
}

extension ModelRecord.FittedParameter {
    fileprivate func cell(_ value: Double) -> Markup {
        .number(value, unit == "s" ? Quantity.seconds(value) : Quantity.figures(value))
    }
}

extension ModelRecord.Refusal {
    var sentence: String {
        let counts = workers.map(String.init)
        let named = counts.count < 4 ? counts.joined(separator: ", ") : "\(counts[0]), \(counts[1]), … \(counts.last!)"
        return
            "Steps of \(counted(batchSize, "sample")): no prediction for \(named) \(workers == [1] ? "worker" : "workers"): \(why)."
    }
}
