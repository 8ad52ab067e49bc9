import Foundation

extension RunReport {
    private static func points(_ run: RunRecord, _ value: (RunRecord.Entry) -> Double?) -> [Chart.Point] {
        run.epochs.compactMap { epoch in value(epoch.entry).map { Chart.Point(x: Double(epoch.number), y: $0) } }
    }

    private static func rounds(_ run: RunRecord, _ value: (RunRecord.Entry) -> Double?) -> [Chart.Point] {
        run.rounds.enumerated().compactMap { index, round in
            value(round).map { Chart.Point(x: Double(round.round ?? index + 1), y: $0) }
        }
    }

    /// Loss, accuracy and error of one run; where it ended with the best epoch's weights, with a mark there.
    static func curves(_ run: RunRecord) -> [Chart] {
        func best(_ value: (RunRecord.Entry) -> Double?) -> Chart.Series {
            let points = points(run, value).filter { $0.x == run.end?.bestEpoch.map(Double.init) }
            return Chart.Series(name: points.isEmpty ? "" : "best epoch", color: 0, style: .marks, points: points)
        }
        func percent(_ value: @escaping (RunRecord.Entry) -> Double?) -> (RunRecord.Entry) -> Double? {
            { entry in value(entry).map { 100 * $0 } }
        }
        func sets(
            _ train: (RunRecord.Entry) -> Double?, _ validation: (RunRecord.Entry) -> Double?,
            _ test: (RunRecord.Entry) -> Double?
        ) -> [Chart.Series] {
            let watched = points(run, validation)
            return [
                Chart.Series(name: "train", color: 1, style: .line, points: points(run, train)),
                Chart.Series(name: watched.isEmpty ? "" : "validation", color: 3, style: .line, points: watched),
                Chart.Series(name: "test", color: 2, style: .line, points: points(run, test)),
                best(validation),
            ]
        }
        return [
            Chart(
                title: "Loss", x: "epoch", y: "mean loss", yFrom: 0,
                content: .lines(
                    [Chart.Series(name: "batches", color: 6, style: .dotted, points: points(run, \.batchLoss))]
                        + sets(\.trainLoss, \.validationLoss, \.testLoss))),
            Chart(
                title: "Accuracy", x: "epoch", y: "percent",
                content: .lines(sets(percent(\.trainAccuracy), percent(\.validationAccuracy), percent(\.testAccuracy)))),
            Chart(
                title: "Error", caption: "Root of the mean square, in the units of what is asked for.", x: "epoch",
                y: "RMSE", yFrom: 0, content: .lines(sets(\.trainRmse, \.validationRmse, \.testRmse))),
            Chart(
                title: "Genetic search", x: "round", y: "loss",
                content: .lines([
                    Chart.Series(
                        name: "mean of the population", color: 6, style: .dotted, points: rounds(run, \.meanLoss)),
                    Chart.Series(name: "best", color: 1, style: .line, points: rounds(run, \.bestLoss)),
                    Chart.Series(name: "best, test", color: 2, style: .line, points: rounds(run, \.testLoss)),
                ])),
        ]
    }

    /// Whether curves are so far from each other that one of them would be a line along the axis.
    private static func differByOrders(_ series: [Chart.Series]) -> Bool {
        let typical = series.compactMap { one in
            let values = one.points.map(\.y).filter { $0.isFinite }
            return values.isEmpty ? nil : Statistics.median(values)
        }
        guard let least = typical.min(), let most = typical.max(), least > 0 else { return false }
        return most > 30 * least
    }

    /// The runs' curves on one chart each.
    var comparedCurves: [Chart] {
        func chart(_ title: String, _ y: String, _ x: String, _ values: (RunRecord) -> [Chart.Point]) -> Chart {
            let series = runs.enumerated().map { index, run in
                Chart.Series(
                    name: run.name, color: 1 + index % 8, style: index < 8 ? .line : .dashed, points: values(run))
            }
            return Chart(title: title, x: x, y: y, isLogY: Self.differByOrders(series), content: .lines(series))
        }
        return [
            chart("Training loss", "mean loss", "epoch") { Self.points($0, \.trainLoss) },
            chart("Test loss", "mean loss", "epoch") { Self.points($0, \.testLoss) },
            chart("Training accuracy", "percent", "epoch") { Self.points($0) { $0.trainAccuracy.map { 100 * $0 } } },
            chart("Test accuracy", "percent", "epoch") { Self.points($0) { $0.testAccuracy.map { 100 * $0 } } },
            chart("Validation loss", "mean loss", "epoch") { Self.points($0, \.validationLoss) },
            chart("Test error", "RMSE", "epoch") { Self.points($0, \.testRmse) },
            chart("Genetic search: best loss", "loss", "round") { Self.rounds($0, \.bestLoss) },
        ]
    }

    var timeCharts: [Chart] {
        let rates = runs.enumerated().map { index, run in
            Chart.Series(
                name: run.name, color: 1 + index % 8, style: index < 8 ? .line : .dashed,
                points: Self.points(run) { epoch in
                    epoch.trainSeconds.map { Double(epoch.samples ?? 0) / max($0, 1e-12) / 1e3 }
                })
        }
        let isLog = Self.differByOrders(rates)
        let throughput = Chart(
            title: "Throughput", x: "epoch", y: "thousand samples a second", isLogY: isLog, yFrom: isLog ? nil : 0,
            content: .lines(rates))
        guard runs.count == 1 else { return [throughput, phasesByRun] }
        let ranks = Set(runs[0].epochs.flatMap(\.rankPhases).map(\.rank))
        return [throughput, Self.phases(runs[0])] + (ranks.count > 1 ? [Self.phasesByRank(runs[0])] : [])
    }

    private static func bars(_ labels: [String], _ values: [[Double]]) -> Chart.Content {
        .bars(
            Chart.Bars(
                names: ScalingStudy.phaseNames, colors: ScalingStudy.phaseColors, labels: labels,
                values: values.map { $0.map { $0 * 1e3 } }))
    }

    /// A bar for each of the last epochs.
    private static func phases(_ run: RunRecord) -> Chart {
        let split = run.epochs.compactMap { epoch in epoch.phases.map { (epoch.number, $0.values) } }.suffix(16)
        return Chart(
            title: "Epochs by phase", caption: run.epochs.count > 16 ? "The last 16 epochs." : "", x: "epoch",
            y: "milliseconds", yFrom: 0, content: bars(split.map { "\($0.0)" }, split.map(\.1)))
    }

    /// A bar for each rank: the median over the epochs.
    private static func phasesByRank(_ run: RunRecord) -> Chart {
        let ranks = Dictionary(grouping: run.epochs.flatMap(\.rankPhases), by: \.rank).sorted { $0.key < $1.key }
        let shown = ranks.prefix(32)
        return Chart(
            title: "An epoch by rank",
            caption: "The mean over the rank's threads; the median over the epochs."
                + (ranks.count > 32 ? " The first 32 of \(ranks.count) ranks." : ""), x: "rank", y: "milliseconds",
            yFrom: 0,
            content: bars(
                shown.map { "\($0.key)" },
                shown.compactMap { Phases.medians($0.value.map(\.phases), times: 1)?.values }))
    }

    /// A bar for each run, numbered as in the table.
    private var phasesByRun: Chart {
        let split = runs.map { Phases.medians($0.epochs.compactMap(\.phases), times: 1) }
        return Chart(
            title: "An epoch by phase", caption: "Medians over the epochs; runs numbered as in the table.", x: "run",
            y: "milliseconds", yFrom: 0,
            content: Self.bars(
                split.indices.filter { split[$0] != nil }.map { "\($0 + 1)" }, split.compactMap { $0?.values }))
    }
}
