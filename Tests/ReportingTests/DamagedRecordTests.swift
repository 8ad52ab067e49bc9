import DamagedRecords
import Foundation
import Storage
import Testing

@testable import Reporting

/// Reports of damaged records: a page, or a `Failure` that says what does not fit; never a trap.
@Suite struct DamagedRecordTests {
    private static func golden(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: "Golden/\(name)")))
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Everything of a page but gnuplot's work.
    private static func draw(_ page: Page) {
        let script = Gnuplot.script(of: page.charts)
        #expect(!script.contains("nan") && !script.contains("inf"), "no place for it on an axis")
        #expect(!page.html(drawn: page.charts.map { _ in "" }).contains("<script"))
    }

    @Test(arguments: ["run-format-0", "search-format-0"]) func metrics(run: String) throws {
        let configuration = try Self.golden("\(run)/config.json")
        let lines = Self.lines(try Self.golden("\(run)/metrics.jsonl"))
        var random = DamagedRecord.random()
        for _ in 0..<DamagedRecord.count(300) {
            let metrics = try DamagedRecord.of(lines, using: &random)
            let record = try RunRecord(path: run, metrics: metrics, configuration: configuration)
            Self.draw(RunReport(runs: [record]).page)
            Self.draw(RunReport(runs: [record, record]).page)
        }
    }

    @Test func configurations() throws {
        let configuration = Self.lines(try Self.golden("run-format-0/config.json")).joined()
        let metrics = try Self.golden("run-format-0/metrics.jsonl")
        var random = DamagedRecord.random()
        var refused = 0
        let count = DamagedRecord.count(300)
        for _ in 0..<count {
            let damaged = try DamagedRecord.of([configuration], using: &random)
            do {
                let record = try RunRecord(path: "run", metrics: metrics, configuration: damaged)
                Self.draw(RunReport(runs: [record]).page)
            } catch let failure as Failure {
                refused += 1
                #expect(failure.status == .badData && failure.message.hasPrefix("run/config.json: "))
            }
        }
        #expect((1..<count).contains(refused), "\(refused) of \(count) refused")
    }

    @Test func points() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let few = Planted.experiment(linkRates: [1e9]).filter { ($0.repeat ?? 1) <= 2 }
        let lines = try few.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        var random = DamagedRecord.random()
        for _ in 0..<DamagedRecord.count(60) {
            let (points, _) = ScalingPoint.parse(try DamagedRecord.of(lines, using: &random))
            do {
                let report = try ScalingReport(folders: ["folder"], points: points)
                Self.draw(report.page)
                _ = try report.models
                _ = report.summary
            } catch let failure as Failure {
                #expect(failure.status == .badData)
            }
            _ = ScalingPoint.csv(points)
        }
    }

    /// What the fuzzers of outside found, and what is next to it.
    @Test(arguments: [
        "\"ranks\":[{\"rank\":1e300,\"host\":\"h\",\"compute\":1}]", "\"test_loss\":1.7976931348623157e308",
        "\"test_loss\":5e-324", "\"train_seconds\":0", "\"train_accuracy\":-1e300,\"test_accuracy\":1e308",
        "\"batch_loss\":-1e300", "\"train_loss\":1e30",
    ]) func extremeNumbers(member: String) throws {
        let event = #"{"event":"epoch","epoch":1,"samples":60,\#(member)}"#
        let later = #"{"event":"epoch","epoch":2,"samples":60,"test_loss":0.1}"#
        let record = try RunRecord(
            path: "run", metrics: Array("\(event)\n\(event)\n\(later)\n".utf8), configuration: Array("{}".utf8))
        #expect(record.epochs.count == 2 && record.unreadable == 0, "the same epoch twice counts once")
        Self.draw(RunReport(runs: [record]).page)
    }

    /// Lines that no run wrote are left out and counted.
    @Test(arguments: [
        "\"epoch\":-1", "\"epoch\":9223372036854775807", "\"samples\":-1", "\"train_seconds\":-1", "\"epoch\":1.5",
        "\"train_seconds\":NaN", "\"train_loss\":1e999", "\"epoch\":\"1\"",
    ]) func implausibleLines(member: String) throws {
        let metrics = "{\"event\":\"epoch\",\(member)}\n{\"event\":\"epoch\",\"epoch\":1,\"samples\":2}\n"
        let record = try RunRecord(path: "run", metrics: Array(metrics.utf8), configuration: Array("{}".utf8))
        #expect(record.unreadable == 1 && record.epochs.map(\.number) == [1])
    }

    /// A loop of all-reduces over nodes of which no point tells the cores.
    @Test func loopsWithoutCores() throws {
        var loop = Planted.loop(nodes: 2, words: 1, linkRate: 1e9)
        loop.coresPerNode = nil
        let report = try ScalingReport(folders: ["folder"], points: [Planted.point(Planted.shape()), loop])
        #expect(report.sections.first?.study.calls.map(\.isOversubscribed) == [false])
    }

    /// A text that a spreadsheet would compute is shown.
    @Test(arguments: ["=cmd|calc", "+1+1", "-2+3", "@SUM(A1)", "\tx", "=a,b"]) func formulas(text: String) throws {
        var point = Planted.point(Planted.shape())
        point.message = text
        point.testAccuracy = -0.5
        let csv = ScalingPoint.csv([point])
        #expect(csv.contains("'" + text) && csv.contains(",-0.5,"), "a number stays one")
    }
}
