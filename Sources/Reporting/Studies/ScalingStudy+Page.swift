import Foundation
import Storage

extension ScalingStudy {
    /// The figures that matter most, and whether the result changed.
    func addSummary(to page: inout Page) {
        var tiles: [(name: String, value: Markup, note: String)] = []
        for kind in [ScalingPoint.Kind.strong, .weak] {
            guard let base = base(kind) else { continue }
            if tiles.isEmpty {
                tiles.append(
                    (
                        "Base: \(base.layout), an epoch", .seconds(base.epochSeconds),
                        "\(Quantity.seconds(base.median)) a step; \(Quantity.grouped(base.samplesPerSecond)) samples/s"
                    ))
            }
            let others = measured(kind).filter { $0.shape.workers > base.shape.workers }
            let best = others.max { $0.samplesPerSecond < $1.samplesPerSecond }
            if let best {
                let (speedUp, efficiency) = (
                    Ratio.speedUp(of: best, over: base).value, Ratio.efficiency(of: best, over: base).value
                )
                tiles.append(
                    (
                        "Best \(kind.rawValue) scaling", .number(speedUp, Quantity.figures(speedUp) + " ×"),
                        "\(best.layout), efficiency \(Quantity.percent(efficiency))"
                    ))
            }
        }
        let disagreements = disagreements
        let compared = measurements.filter { $0.shape.isExact && !$0.hashes.isEmpty }
        if !compared.isEmpty {
            tiles.append(
                (
                    "Weights", disagreements.isEmpty ? "identical" : "differ",
                    "over \(compared.reduce(0) { $0 + $1.points.count }) runs of the exact sum"
                ))
        }
        page.add(.tiles(tiles))
        let counts = measurements.filter { $0.setting.source == .measured }.map(\.points.count)
        page.add(
            """
            <p class="soft">\(subject.model) on \(subject.data), \(subject.precision), gradient by \(subject.gradient), \
            optimizer \(subject.optimizer). Times are of the training loop alone, on the slowest rank, without the first \
            epoch; a layout is written ranks × threads.\(Self.intervalNote(counts))</p>
            """)
        for group in disagreements { page.add("<p class=\"note bad\">\(group)</p>") }
        addFailures(to: &page)
    }

    /// What the repeats allow to be said.
    private static func intervalNote(_ counts: [Int]) -> Markup {
        guard let least = counts.min(), let most = counts.max() else { return "" }
        let repeats = least == most ? "\(least)" : "\(least) to \(most)"
        let interval: Markup =
            "the interval between order statistics that holds the median with at least 95 % probability"
        // What the lowest and the highest of n hold the median with.
        let reached = (2..<6).filter { counts.contains($0) }.map { count in
            "\(Quantity.percent(1 - exp2(1 - Double(count)), digits: 1)) with \(count)"
        }
        let few: Markup =
            """
            the lowest and the highest, for fewer than 6 repeats cannot give 95 % (they hold the median with \
            \(reached.isEmpty ? "no known probability" : reached.joined(separator: ", ")))
            """
        let what: Markup = least >= 6 ? interval : most < 6 ? few : "\(interval), or \(few)"
        return " Figures are medians over \(repeats) repeats, each a fresh start; in brackets \(what)."
    }

    /// Layouts that must give the same weights and do not, in words.
    var disagreements: [String] {
        struct Same: Hashable {
            var batchSize: Int
            var slices: Int
            var steps: Int
        }
        let exact = measurements.filter { $0.shape.isExact && $0.setting.source == .measured }
        return Dictionary(grouping: exact) {
            Same(batchSize: $0.shape.batchSize, slices: $0.shape.slices, steps: $0.setting.steps)
        }.compactMap { same, group in
            let runs = group.flatMap(\.points)
            let epochs = Dictionary(grouping: runs) { $0.epochSeconds?.count ?? 0 }.values
            let differ = epochs.contains { Set($0.compactMap(\.weightsSha256)).count > 1 }
            return differ
                ? "The result changed: runs with batch \(same.batchSize) and \(same.slices) slices ended with different weights."
                : nil
        }
    }

    private func addFailures(to page: inout Page) {
        guard !failures.isEmpty else { return }
        let rows = failures.map { point -> [Markup] in
            ["<code>\(point.id)</code>", "\(point.exitCode ?? 0)", "\(point.message ?? "")"]
        }
        page.add("<p class=\"note bad\">\(counted(failures.count, "point")) failed: left out.</p>")
        page.add(.details("What failed", .table(["Id", "Exit code", "Message"], rows)))
    }

    // MARK: Strong and weak scaling

    func addScaling(_ kind: ScalingPoint.Kind, model: StepModel?, to page: inout Page) {
        guard let base = base(kind) else { return }
        page.heading(kind == .strong ? "Strong scaling" : "Weak scaling")
        let perWorker = base.shape.batchSize / base.shape.workers
        let held: Markup =
            kind == .strong
            ? "The same training on more workers: steps of \(base.shape.batchSize) samples in \(base.shape.slices) slices. "
            : """
            Held constant: \(perWorker) samples a worker and step, in a minibatch of \(perWorker) × workers samples and \
            \(base.shape.slices) slices. An epoch has the same samples, so fewer steps; a step would ideally take as long \
            as the base's. Slices grow with the minibatch, and larger ones may take less time a sample: so efficiencies above 1 \
            are possible.
            """
        page.add(
            """
            <p>\(held) The base is \(base.layout) with \
            \(base.shape.isExact ? "the exact sum" : "a floating-point all-reduce"): \(Markup.seconds(base.epochSeconds)) \
            an epoch of \(base.setting.steps) steps, \(Markup.seconds(base.median)) a step.</p>
            """)
        page.add(charts(kind, base: base, model: model))
        page.add(table(kind, base: base))
    }

    private func charts(_ kind: ScalingPoint.Kind, base: Measurement, model: StepModel?) -> [Chart] {
        let workers = measured(kind).map(\.shape.workers)
        let span = [base.shape.workers, workers.max()!].map(Double.init)
        let ticks = Chart.ticks(workers.map(Double.init))
        let note =
            "Dots: every run. Discs: medians with their intervals."
            + (measured(kind).contains(where: \.isOversubscribed)
                ? " Layouts with more workers than cores are included." : "")
        let ideal = span.map { Chart.Point(x: $0, y: kind == .strong ? $0 / span[0] : base.median) }
        let speedUp = Chart(
            title: "Speed-up", caption: note, x: "workers", y: "times the base", isLogX: true, yFrom: 0, ticks: ticks,
            content: .lines(
                [Chart.Series(name: "ideal", color: 6, style: .line, points: ideal)]
                    + series(kind, model: model) { point, median in
                        let ratio = Ratio.speedUp(of: median, over: base)
                        let own = point ?? median.median
                        return Chart.Point(x: 0, y: ratio.value * median.median / own, low: ratio.low, high: ratio.high)
                    }))
        let step = Chart(
            title: "Time of a step", caption: note, x: "workers", y: "milliseconds", isLogX: true, yFrom: 0,
            ticks: ticks,
            content: .lines(
                [
                    Chart.Series(
                        name: "ideal", color: 6, style: .line, points: ideal.map { Chart.Point(x: $0.x, y: $0.y * 1e3) }
                    )
                ]
                    + series(kind, model: model) { point, median in
                        Chart.Point(
                            x: 0, y: (point ?? median.median) * 1e3, low: median.interval.low * 1e3,
                            high: median.interval.high * 1e3)
                    }))
        let flat = span.map { Chart.Point(x: $0, y: 100) }
        let efficiency = Chart(
            title: "Efficiency", caption: note, x: "workers", y: "percent", isLogX: true, yFrom: 0, ticks: ticks,
            content: .lines(
                [Chart.Series(name: "ideal", color: 6, style: .line, points: flat)]
                    + series(kind, model: model) { point, median in
                        let ratio = Ratio.efficiency(of: median, over: base)
                        let own = point ?? median.median
                        return Chart.Point(
                            x: 0, y: 100 * ratio.value * median.median / own, low: 100 * ratio.low,
                            high: 100 * ratio.high)
                    }))
        return [kind == .strong ? speedUp : step, efficiency]
    }

    /// For each line of layouts: its runs, its medians, the model's values.
    ///
    /// - Parameter value: what is drawn of a time, a median's where it is nil; its x is set here.
    private func series(
        _ kind: ScalingPoint.Kind, model: StepModel?, _ value: (Double?, Measurement) -> Chart.Point
    ) -> [Chart.Series] {
        let own = measured(kind)
        let lines = own.map(\.line).distinct
        // Lines stand a little beside one another, so that they do not cover each other.
        func placed(_ point: Chart.Point, _ measurement: Measurement, _ index: Int) -> Chart.Point {
            var point = point
            point.x = Double(measurement.shape.workers) * pow(1.05, Double(index) - Double(lines.count - 1) / 2)
            return point
        }
        var all: [Chart.Series] = []
        for (index, line) in lines.enumerated() {
            let group = own.filter { $0.line == line }
            let color = [1, 2, 3, 4, 5, 7, 8][index % 7]
            // What the legend says once is drawn in every line's colour.
            if index == 0 {
                if let model, own.contains(where: { model.objection(to: $0.shape) == nil && !$0.isOversubscribed }) {
                    all.append(Chart.Series(name: "model", color: 0, style: .dashed, points: []))
                }
                all.append(Chart.Series(name: "each run", color: 0, style: .dots, points: []))
            }
            if let model {
                let predicted = group.filter { model.objection(to: $0.shape) == nil && !$0.isOversubscribed }
                all.append(
                    Chart.Series(
                        name: "", color: color, style: .dashed,
                        points: predicted.map { placed(value(model.stepSeconds($0.shape), $0), $0, index) }))
            }
            all.append(
                Chart.Series(
                    name: "", color: color, style: .dots,
                    points: group.flatMap { one in
                        one.stepSeconds.map { seconds in
                            // Beside the median's interval, which would cover them.
                            var point = placed(value(seconds, one), one, index)
                            point.x /= 1.022
                            return point
                        }
                    }))
            all.append(
                Chart.Series(
                    name: line.name(among: lines), color: color, style: .marks,
                    points: group.map { placed(value(nil, $0), $0, index) }))
        }
        return all
    }

    private func table(_ kind: ScalingPoint.Kind, base: Measurement) -> Markup {
        let reductions = Set(measurements.map(\.shape.isExact)).count > 1
        let rates = Set(measurements.map(\.shape.linkRate)).count > 1
        let nodes = measurements.contains { $0.shape.nodes > 1 && $0.setting.source == .measured }
        var header: [Markup] = (nodes ? ["Nodes"] : []) + ["Ranks\u{A0}×\u{A0}threads", "Workers"]
        if reductions { header.append("Reduction") }
        if rates { header.append("Link rate") }
        let slices = Set(measured(kind).map(\.shape.slices)).count > 1
        header.append("Batch")
        if slices { header.append("Slices") }
        header += ["Runs", "Step", "Epoch", "Samples/s", "Speed-up", "Efficiency", "Weights", "Accuracy"]
        let rows = measurements.filter { $0.setting.kind == kind && $0.setting.source == .measured }.map { one in
            let workers = "\(one.shape.workers)\(one.isOversubscribed ? " *" : "")"
            var row: [Markup] = nodes ? ["\(one.shape.nodes)"] : []
            row += ["\(one.shape.ranks) × \(one.shape.threads)", "\(workers)"]
            if reductions { row.append(one.shape.isExact ? "exact" : "all-reduce") }
            if rates { row.append("\(one.shape.linkRate.map(Quantity.bits(perSecond:)) ?? "–")") }
            let accuracy = one.points.compactMap(\.testAccuracy).first
            row.append("\(one.shape.batchSize)")
            if slices { row.append("\(one.shape.slices)") }
            return row + [
                "\(one.points.count)", .median(one.median, one.interval), .seconds(one.epochSeconds),
                .number(one.samplesPerSecond, Quantity.grouped(one.samplesPerSecond)),
                .ratio(.speedUp(of: one, over: base)), .ratio(.efficiency(of: one, over: base)), .hashes(one.hashes),
                accuracy.map { .number($0, Quantity.percent($0, digits: 2)) } ?? "–",
            ]
        }
        let note: Markup? =
            measured(kind).contains(where: \.isOversubscribed)
            ? "* more workers than cores that they may use; the model leaves these out." : nil
        return .table(header, rows, caption: note)
    }
}
