import Foundation
import Storage

/// The report of scaling experiments: their points, what follows from them, and the page.
public struct ScalingReport: Sendable {
    /// One study with its model; no model where nothing was measured that it could be fitted to.
    public struct Section: Sendable {
        public var study: ScalingStudy
        public var record: ModelRecord?
        public var model: StepModel?
    }

    public var folders: [String]
    public var sections: [Section]
    public var points: [ScalingPoint]
    var experiments: [[String: JSONValue]]
    /// Lines that are no points.
    public var unreadable: Int

    /// Whether the folder `path` holds an experiment.
    public static func isExperiment(_ path: String) -> Bool {
        files.contains { Files.exists("\(path)/\($0)") }
    }

    private static let files = ["points.jsonl", "simulated.jsonl"]

    /// Reads the points of `folders` as one experiment, and fits the model for `cluster`.
    ///
    /// - Throws: `Failure` where a file cannot be read, or where there is no training point at all.
    public init(folders: [String], cluster: Cluster = Cluster()) throws {
        var (points, experiments, unreadable) = ([ScalingPoint](), [[String: JSONValue]](), 0)
        for folder in folders {
            for file in Self.files where Files.exists("\(folder)/\(file)") {
                let read = try ScalingPoint.read("\(folder)/\(file)")
                points += read.points
                unreadable += read.unreadable
            }
            let file = "\(folder)/experiments.jsonl"
            if Files.exists(file) {
                experiments += try JSONLines.read(file, as: [String: JSONValue].self).values
            }
        }
        try self.init(
            folders: folders, points: points, experiments: experiments, unreadable: unreadable, cluster: cluster)
    }

    init(
        folders: [String], points: [ScalingPoint], experiments: [[String: JSONValue]] = [], unreadable: Int = 0,
        cluster: Cluster = Cluster()
    ) throws {
        (self.folders, self.points) = (folders, points)
        (self.experiments, self.unreadable) = (experiments, unreadable)
        sections = ScalingStudy.studies(of: points).map { study in
            let fitted = ModelRecord.fitted(to: study, cluster: cluster)
            return Section(study: study, record: fitted?.record, model: fitted?.model)
        }
        guard !sections.isEmpty else {
            throw Failure(
                .badData, "\(folders.joined(separator: ", ")): expected points of training runs, found none")
        }
    }

    /// Writes `model.json`: an object a study.
    public func writeModels(to path: String) throws {
        try AtomicFile.write(try models + Data("\n".utf8), to: path)
    }

    /// `model.json`.
    ///
    /// - Throws: `.badData` where the model has no number: it was fitted to what cannot be.
    var models: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            do { return try encoder.encode(sections.compactMap(\.record)) } catch {
                throw Failure(.badData, "\(folders.joined(separator: ", ")): the points give no model: \(error)")
            }
        }
    }

    /// The page, as one HTML file.
    ///
    /// - Throws: `Failure` where gnuplot is missing or fails.
    public func html() async throws -> String { try await page.html() }

    var page: Page {
        var page = Page(
            title: "Scaling of \(sections.map(\.study.subject.model).distinct.joined(separator: ", "))",
            subtitle: "\(counted(points.count, "point")) from \(folders.joined(separator: ", "))")
        addLoad(to: &page)
        for (index, section) in sections.enumerated() {
            let subject = section.study.subject
            if sections.count > 1 { page.heading("Network \(index + 1): \(subject.model), \(subject.optimizer)") }
            section.study.addSummary(to: &page)
            section.study.addScaling(.strong, model: section.model, to: &page)
            section.study.addScaling(.weak, model: section.model, to: &page)
            section.study.addPhases(to: &page)
            section.study.addCommunication(model: section.model, to: &page)
            if let record = section.record, let model = section.model {
                record.add(to: &page, study: section.study, model: model)
            }
        }
        addResources(to: &page)
        addPoints(to: &page)
        return page
    }

    /// Points that something else on the machine disturbed.
    private func addLoad(to page: inout Page) {
        guard let loadWarning else { return }
        page.add("<p class=\"note bad\">Warning: \(loadWarning).</p>")
        page.add(
            .details(
                "Points on a loaded machine",
                .table(
                    ["Id", "Load"],
                    points.filter(\.isOnLoadedMachine).map {
                        ["<code>\($0.id)</code>", "\($0.load!.text)"]
                    },
                    caption: """
                        Cores that other programs, or the machine's host, took meanwhile: more than a tenth of the workers', \
                        beyond what cores without a worker had to spare.
                        """)))
    }

    /// What a reader needs to repeat it.
    private func addResources(to page: inout Page) {
        page.heading("Machine, software, commands")
        func all(_ value: (ScalingPoint) -> String?) -> Markup {
            let values = points.filter { $0.source == .measured }.compactMap(value).distinct
            return values.isEmpty ? "–" : values.map { "\($0)" as Markup }.joined("<br/>")
        }
        page.add(
            .list([
                ("Processor", all(\.cpu)),
                ("Cores of a node", all { $0.coresPerNode.map { "\($0)" } }),
                ("Hosts", all { $0.hosts.map { $0.distinct.sorted().joined(separator: ", ") } }),
                ("Program", all { $0.version.map { "frontprop \($0)" } }), ("MPI", all(\.mpi)),
                ("Link rate", all { $0.linkRate.map(Quantity.bits(perSecond:)) }),
            ]))
        let bindings = Dictionary(grouping: points.filter { $0.binding != nil }) { point in
            "\(point.nodes) \(point.ranks) \(point.threads) \(point.binding!.joined(separator: ","))"
        }.values.compactMap(\.first).sorted {
            ($0.ranks, $0.threads, $0.nodes) < ($1.ranks, $1.threads, $1.nodes)
        }
        page.add(
            .table(
                ["Nodes", "Ranks × threads", "Cores that each rank may use", "Launcher"],
                bindings.map { point in
                    let words = point.command ?? []
                    let end = words.firstIndex { $0.hasSuffix("/frontprop") || $0 == "frontprop" } ?? 0
                    return [
                        "\(point.nodes)", "\(point.ranks) × \(point.threads)",
                        "\(point.binding!.enumerated().map { "rank \($0): \($1)" }.joined(separator: ", "))",
                        "<code>\(words[..<end].joined(separator: " "))</code>",
                    ]
                }))
        for experiment in experiments {
            page.add(
                .details(
                    "Command of \(experiment["started"]?.description ?? "?")",
                    .list(
                        experiment.sorted { $0.key < $1.key }.map { field in
                            (field.key, "\(field.value)")
                        })))
        }
    }

    private func addPoints(to page: inout Page) {
        page.heading("All points")
        let rows = points.filter { $0.kind != .communication }.map { point -> [Markup] in
            let epochs = (point.epochSeconds ?? []).map { Quantity.seconds($0) }.joined(separator: ", ")
            let outcome: Markup =
                point.failed
                ? "failed with \(point.exitCode ?? 0): \(point.message ?? "")"
                : .hashes([point.weightsSha256].compactMap { $0 })
            return [
                "<code>\(point.id)</code>", "\(point.order.map { "\($0)" } ?? "–")",
                "\(point.warmUp == true ? "warm-up" : point.source.rawValue)", "\(epochs)",
                point.stepSeconds.map(Markup.seconds) ?? "–", "\(point.load?.text ?? "–")", outcome,
            ]
        }
        page.add(
            .details(
                "\(counted(rows.count, "training run")), in the file's order",
                .table(
                    ["Id", "Order", "", "Epochs (the first is warm-up)", "Step", "Machine", "Weights, or error"], rows))
        )
        if unreadable > 0 {
            page.add(
                "<p class=\"note\">\(unreadable) lines of the files were cut short or no points, and are left out.</p>")
        }
    }
}
