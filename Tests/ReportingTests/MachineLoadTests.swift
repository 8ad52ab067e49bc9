import Storage
import Testing

@testable import Reporting

@Suite struct MachineLoadTests {
    private static func load(cores: Int? = 4, before: Double? = 0, others: Double?, steal: Double? = 0) -> MachineLoad {
        MachineLoad(average: 9, cores: cores, othersBefore: before, others: others, steal: steal)
    }

    @Test(arguments: [
        // Others find room beside one worker, not beside four.
        (load(others: 1), 1, false), (load(others: 2.9), 1, false), (load(others: 3.2), 1, true),
        (load(others: 0.3), 4, false), (load(others: 0.5), 4, true),
        // What the host takes is taken from the workers.
        (load(others: 0, steal: 0.05), 1, false), (load(others: 0, steal: 0.2), 1, true),
        (load(others: 0, steal: 0.3), 4, false),
        // More workers than cores.
        (load(others: 0.3), 16, false), (load(others: 1), 16, true),
        // Not known meanwhile: what was before.
        (load(before: 2, others: nil), 4, true), (load(before: nil, others: nil, steal: nil), 4, false),
        (load(cores: nil, others: 9), 4, false), (MachineLoad(), 1, false),
    ])
    func threshold(load: MachineLoad, workers: Int, isTooMuch: Bool) {
        #expect(load.isTooMuch(for: workers) == isTooMuch, "\(load.text), \(workers) workers")
    }

    /// Points say what else the machine did; those that it disturbed are named. Older points say nothing.
    @Test func named() throws {
        try withTemporaryFolder { folder in
            var points = Planted.experiment(linkRates: [])
            for index in points.indices.dropFirst(5) { points[index].load = Self.load(others: 0.01) }
            points[20].load = Self.load(others: 3.4, steal: 0.25)
            try JSONLines.append(points, to: folder + "/points.jsonl")
            let report = try ScalingReport(folders: [folder])
            #expect(report.points.map(\.load) == points.map(\.load))
            let warning = try #require(report.loadWarning)
            #expect(warning.contains("1 of \(points.count) points") && warning.contains(points[20].id))
            #expect(warning.contains("others 3.40 of 4 cores") && warning.contains("steal 0.250"))
            #expect(warning.contains("load average 9.00"))
            #expect(report.summary.contains("warning: the machine was loaded"))
            let row = ScalingPoint.csv([points[20]]).split(separator: "\r\n")
            let fields = zip(
                row[0].split(separator: ",", omittingEmptySubsequences: false),
                row[1].split(separator: ",", omittingEmptySubsequences: false))
            let values = Dictionary(uniqueKeysWithValues: fields.map { (String($0), String($1)) })
            #expect(values["load_average"] == "9.0" && values["others"] == "3.4" && values["steal"] == "0.25")
            points[20].load = nil
            try AtomicFile.write("", to: folder + "/points.jsonl")
            try JSONLines.append(points, to: folder + "/points.jsonl")
            #expect(try ScalingReport(folders: [folder]).loadWarning == nil)
        }
    }
}
