import Foundation
import Storage

/// The report of one training run, or of several side by side.
public struct RunReport: Sendable {
    public var runs: [RunRecord]

    /// - Throws: `Failure` where a run's files cannot be read.
    public init(folders: [String]) throws {
        runs = try folders.map(RunRecord.read)
    }

    init(runs: [RunRecord]) { self.runs = runs }

    /// The page, as one HTML file.
    ///
    /// - Throws: `Failure` where gnuplot is missing or fails.
    public func html() async throws -> String { try await page.html() }

    var page: Page {
        var page = Page(title: title, subtitle: "\(runs.map(\.path).joined(separator: ", "))")
        if runs.count == 1 { addSummary(of: runs[0], to: &page) } else { addComparison(to: &page) }
        page.section("Learning", runs.count == 1 ? Self.curves(runs[0]) : comparedCurves)
        if runs.count == 1 { Self.addEnd(of: runs[0], to: &page) }
        page.section(
            "Time", timeCharts,
            note:
                """
                <p class="soft">Of the training passes alone. Phases are each the slowest worker's, so the parts can add up to more \
                than the epoch.</p>
                """)
        for run in runs {
            if runs.count > 1 {
                page.heading(run.name)
                Self.addEnd(of: run, to: &page, heading: false)
            }
            addTables(of: run, to: &page)
        }
        return page
    }

    private var title: String {
        runs.count == 1 ? "Training of \(runs[0].start?.model ?? runs[0].name)" : "\(runs.count) training runs"
    }

    private func addSummary(of run: RunRecord, to page: inout Page) {
        var tiles: [(name: String, value: Markup, note: String)] = []
        if let best = run.end?.bestEpoch {
            tiles.append(("Best epoch", "\(best)", "of \(run.epochs.count), by the validation loss"))
        }
        if let last = run.epochs.last(where: { $0.number == run.end?.bestEpoch }) ?? run.epochs.last {
            if let accuracy = last.testAccuracy {
                tiles.append(
                    (
                        "Test accuracy", .number(accuracy, Quantity.percent(accuracy, digits: 2)),
                        "after epoch \(last.number)"
                    ))
            } else if let rmse = last.testRmse {
                tiles.append(("Test RMSE", .number(rmse, String(format: "%.4g", rmse)), "after epoch \(last.number)"))
            } else if let loss = last.testLoss {
                tiles.append(("Test loss", .number(loss, Quantity.figures(loss)), "after epoch \(last.number)"))
            }
        }
        if let last = run.rounds.last, let loss = last.bestLoss {
            tiles.append(
                ("Best loss", .number(loss, Quantity.figures(loss)), "of \(counted(run.rounds.count, "round"))"))
            if let accuracy = last.testAccuracy {
                tiles.append(
                    ("Test accuracy", .number(accuracy, Quantity.percent(accuracy, digits: 2)), "of the best network"))
            }
        }
        let seconds = run.epochs.compactMap(\.trainSeconds)
        if !seconds.isEmpty {
            let median = Statistics.median(seconds)
            let rate = Double(run.epochs[0].samples ?? 0) / median
            tiles.append(
                ("An epoch", .seconds(median), "median of \(seconds.count); \(Quantity.grouped(rate)) samples/s"))
            tiles.append(("All epochs", .seconds(seconds.reduce(0, +)), "training passes alone"))
        }
        if let hash = run.end?.weightsSha256 {
            tiles.append(("Weights", .hash(hash), "SHA-256, in full below"))
        } else {
            tiles.append(("Weights", "–", "the run has not ended"))
        }
        page.add(.tiles(tiles))
        if let warning = run.end?.warning { page.add("<p class=\"note\">\(warning)</p>") }
        if run.unreadable > 0 {
            page.add(
                "<p class=\"note\">\(counted(run.unreadable, "line")) of metrics.jsonl left out: cut short, or no run's.</p>"
            )
        }
    }

    private static func answer(_ entry: RunRecord.Entry) -> Markup {
        if let accuracy = entry.testAccuracy { return .number(accuracy, Quantity.percent(accuracy, digits: 2)) }
        return entry.testRmse.map { .number($0, String(format: "%.4g", $0)) } ?? "–"
    }

    private func addComparison(to page: inout Page) {
        let hasErrors = runs.contains { $0.epochs.last?.testRmse != nil }
        let answer: Markup = hasErrors ? "Test accuracy, or RMSE" : "Test accuracy"
        page.add(
            .table(
                ["Run", "Network", "Gradient", "Workers", "Epochs", "Epoch", "Test loss", answer, "Weights"],
                runs.enumerated().map { index, run in
                    let (epochs, seconds) = (run.epochs, run.epochs.compactMap(\.trainSeconds))
                    return [
                        "\(index + 1) · \(run.name)", "\(run.start?.model ?? "–")",
                        "\(run.configuration.options?["gradient"]?.description ?? "–")",
                        "\(run.configuration.ranks ?? 1) × \(run.configuration.threadsPerRank ?? 1)", "\(epochs.count)",
                        seconds.isEmpty ? "–" : .seconds(Statistics.median(seconds)),
                        epochs.last?.testLoss.map { .number($0, Quantity.figures($0)) } ?? "–",
                        epochs.last.map { Self.answer($0.entry) } ?? "–",
                        .hashes([run.end?.weightsSha256].compactMap { $0 }),
                    ]
                }))
    }

    // MARK: Tables

    private func addTables(of run: RunRecord, to page: inout Page) {
        let configuration = run.configuration
        if runs.count == 1 { page.heading("What was run") }
        var items: [(name: String, value: Markup)] = [
            (
                "Layout",
                "\(counted(configuration.ranks ?? 1, "rank")) × \(counted(configuration.threadsPerRank ?? 1, "thread"))"
            ),
            ("Hosts", "\((configuration.hosts ?? []).distinct.joined(separator: ", "))"),
            (
                "Processor",
                "\([configuration.cpu ?? "–", configuration.instructionSet].compactMap(\.self).joined(separator: ", "))"
            ),
            ("Program", "frontprop \(configuration.version ?? "–"), numerics \(configuration.numerics ?? 1)"),
            ("MPI", "\(configuration.mpi ?? "–")"),
            ("Started", "\(configuration.started ?? "–")"),
        ]
        if let hash = run.end?.weightsSha256 { items.append(("Weights, SHA-256", "<code>\(hash)</code>")) }
        page.add(.list(items))
        let options = (configuration.options ?? [:]).sorted { $0.key < $1.key }
        page.add(.details("Options", .list(options.map { ($0.key, "\($0.value)") })))
        if !run.epochs.isEmpty { page.add(.details("Epochs", Self.epochTable(run))) }
        if !run.rounds.isEmpty { page.add(.details("Rounds of the genetic search", Self.roundTable(run))) }
    }

    private static func epochTable(_ run: RunRecord) -> Markup {
        func figure(_ value: Double?) -> Markup? { value.map { .number($0, String(format: "%.6f", $0)) } }
        func error(_ value: Double?) -> Markup? { value.map { .number($0, String(format: "%.6g", $0)) } }
        return table(
            run.epochs,
            [
                ("Epoch", { "\($0.number)" }), ("Time", { .seconds($0.trainSeconds ?? 0) }),
                (
                    "Samples/s",
                    { "\(Quantity.grouped(Double($0.samples ?? 0) / max($0.trainSeconds ?? 0, 1e-12)))" }
                ),
                ("Batch loss", { figure($0.batchLoss) }), ("Train loss", { figure($0.trainLoss) }),
                ("Validation loss", { figure($0.validationLoss) }), ("Test loss", { figure($0.testLoss) }),
                ("Train accuracy", { figure($0.trainAccuracy) }),
                ("Validation accuracy", { figure($0.validationAccuracy) }),
                ("Test accuracy", { figure($0.testAccuracy) }), ("Train RMSE", { error($0.trainRmse) }),
                ("Validation RMSE", { error($0.validationRmse) }), ("Test RMSE", { error($0.testRmse) }),
            ]
                + ["Compute", "Wait", "Reduce", "Update"].enumerated().map { place, title in
                    (title, { $0.phases.map { .seconds($0.values[place]) } })
                })
    }

    private static func roundTable(_ run: RunRecord) -> Markup {
        func figure(_ value: Double?) -> Markup? { value.map { .number($0, Quantity.figures($0)) } }
        return table(
            run.rounds,
            [
                ("Round", { $0.round.map { "\($0)" } }), ("Networks measured", { $0.evaluations.map { "\($0)" } }),
                ("Best loss", { figure($0.bestLoss) }), ("Mean loss", { figure($0.meanLoss) }),
                ("Test loss", { figure($0.testLoss) }),
                (
                    "Test accuracy",
                    { $0.testAccuracy.map { .number($0, Quantity.percent($0, digits: 2)) } }
                ),
                ("Test RMSE", { figure($0.testRmse) }), ("Time", { $0.trainSeconds.map(Markup.seconds) }),
            ])
    }

    /// A row for each line of a record, of the columns in which one of them says something.
    private static func table<Line>(
        _ lines: [Line], _ columns: [(title: String, cell: (Line) -> Markup?)]
    ) -> Markup {
        let shown = columns.filter { column in lines.contains { column.cell($0) != nil } }
        return .table(shown.map { "\($0.title)" }, lines.map { line in shown.map { $0.cell(line) ?? "–" } })
    }
}
