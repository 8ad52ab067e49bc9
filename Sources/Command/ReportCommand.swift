import ArgumentParser
import ChildProcesses
import Foundation
import Reporting
import Storage

struct ReportCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "One self-contained HTML page from one or more runs, or from scaling experiments.",
        discussion: """
            Of runs: their curves, times and configurations. Of scaling experiments: everything measured, and a model that \
            predicts larger clusters, which also goes to model.json beside the page.
            """)

    @Argument(help: "Folders of training runs, or of scaling experiments.")
    var directories: [String]
    @Option(name: .shortAndLong, help: "The page [report.html in the first folder].")
    var output: String?
    @Option(help: "Predict for a network of this latency in seconds [as fitted].")
    var latency: Double?
    @Option(help: "Predict for links of this rate in bits/s [as fitted].")
    var linkRate: Double?
    @Option(help: "Predict for nodes of this many workers [the cores of the measured nodes].")
    var workersPerNode: Int?
    @Option(help: "Predict for minibatches of these sizes, separated by commas [as measured].")
    var batchSizes: CommaSeparated<Int>?

    func validate() throws {
        for (name, value, range) in [("--latency", latency, 1e-12...1e4), ("--link-rate", linkRate, 1...1e15)] {
            guard let value, !range.contains(value) else { continue }
            throw ValidationError(
                "\(name) must be at least \(range.lowerBound) and at most \(range.upperBound), not \(value).")
        }
        let counts =
            [("--workers-per-node", workersPerNode ?? 1)] + (batchSizes?.values ?? []).map { ("--batch-sizes", $0) }
        for (name, value) in counts where !(1...1 << 30).contains(value) {
            throw ValidationError("\(name) must be at least 1 and at most 2^30, not \(value).")
        }
    }

    func runOnFirstRank() throws {
        let experiments = directories.filter(ScalingReport.isExperiment)
        let runs = directories.filter { !ScalingReport.isExperiment($0) && RunRecord.isRun($0) }
        for directory in directories where !experiments.contains(directory) && !runs.contains(directory) {
            throw Failure(
                .missingInput,
                "\(directory): expected the folder of a run (metrics.jsonl) or of a scaling experiment (points.jsonl)")
        }
        guard experiments.isEmpty || runs.isEmpty else {
            throw Failure(
                .usage,
                "\(experiments[0]) is a scaling experiment and \(runs[0]) a run: a report is of the one or the other")
        }
        let path = output ?? directories[0] + "/report.html"
        try AtomicFile.check(path)
        if experiments.isEmpty {
            let report = answered(try RunReport(folders: runs))
            try AtomicFile.write(try ChildProcess.wait { try await report.html() }, to: path)
        } else {
            let cluster = Cluster(
                latency: latency, linkRate: linkRate, workersPerNode: workersPerNode, batchSizes: batchSizes?.values)
            let report = try ScalingReport(folders: experiments, cluster: cluster)
            warn(report.unreadable, of: experiments.joined(separator: ", "))
            try AtomicFile.write(try ChildProcess.wait { try await report.html() }, to: path)
            try report.writeModels(to: Files.folder(of: path) + "/model.json")
            try Console.print(report.summary)
        }
        try Console.print("report: \(path)")
    }

    /// The same with what the runs' networks answer.
    private func answered(_ report: RunReport) -> RunReport {
        var report = report
        for index in report.runs.indices {
            warn(report.runs[index].unreadable, of: report.runs[index].path + "/metrics.jsonl")
            report.runs[index].answers = answers(of: report.runs[index].path)
        }
        return report
    }

    /// What the run's network answers; without its data the report is there all the same.
    private func answers(of run: String) -> RunAnswers? {
        do {
            return try RunAnswers(ofRun: run)
        } catch {
            Console.say("frontprop: warning: what the network answers is left out: \(error)")
            return nil
        }
    }

    private func warn(_ unreadable: Int, of file: String) {
        guard unreadable > 0 else { return }
        Console.say("frontprop: warning: \(file): \(unreadable) lines are cut short or no records, and are left out")
    }
}
