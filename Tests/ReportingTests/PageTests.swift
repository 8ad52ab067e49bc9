import Foundation
import Storage
import Testing

@testable import Reporting

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A page as an XML parser sees it: it parses, or the test fails.
private final class Parsed: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    private(set) var text = ""
    private(set) var values: [Double] = []
    private(set) var identifiers: [String] = []

    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        let isWellFormed = parser.parse()
        try #require(isWellFormed, "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    }

    func parser(
        _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
        attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
        if name == "data", let value = attributes["value"].flatMap(Double.init) { values.append(value) }
        if let identifier = attributes["id"] { identifiers.append(identifier) }
    }

    func parser(_: XMLParser, foundCharacters string: String) { text += string }
}

private let hasGnuplot = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/gnuplot") }

@Suite struct PageTests {
    private static let hostile = "</script><b onload='x'>\"&\u{1}\u{7f}'$(id)`"

    @Test func escapes() {
        let markup: Markup = "<p title=\"\(Self.hostile)\">\(Self.hostile)</p>"
        #expect(!markup.text.contains("<b") && !markup.text.contains("</script"))
        #expect(!markup.text.contains("\u{1}") && !markup.text.contains("\u{7f}"))
        #expect(("\(markup)" as Markup).text == markup.text, "markup stays as it is")
    }

    @Test(.enabled(if: hasGnuplot, "no gnuplot")) func experiment() async throws {
        try await withTemporaryFolder { folder in
            var points = Planted.experiment(linkRates: [1e8, 1e9, 5e9])
            points[0].note = Self.hostile
            points[0].data = "mnist"
            points[1].hosts = [Self.hostile]
            points[1].cpu = Self.hostile
            points[1].binding = [Self.hostile]
            points[1].command = [Self.hostile, "frontprop"]
            var failed = Planted.point(Planted.shape(ranks: 3))
            failed.exitCode = 70
            failed.stepSeconds = nil
            failed.message = Self.hostile
            var simulated = Planted.point(Planted.shape(nodes: 64, ranks: 64, linkRate: 1e10))
            simulated.id = "simulated"
            simulated.source = .simulated
            simulated.latency = 1e-5
            try JSONLines.append(points + [failed], to: folder + "/points.jsonl")
            try JSONLines.append([simulated], to: folder + "/simulated.jsonl")
            let report = try ScalingReport(folders: [folder])
            let html = try await report.html()
            let page = try Parsed(html)
            #expect(page.elements["svg", default: 0] >= 8)
            #expect(Set(page.identifiers).count == page.identifiers.count, "names of several charts")
            #expect(!html.contains("<b onload") && !html.contains("src=") && !html.contains("http-equiv"))
            #expect(page.text.contains("1 point failed: left out"))
            for words in [
                "Strong scaling", "Weak scaling", "Where a step's time goes", "Communication bound", "Model",
                "Simulated clusters, beside the model", "Prediction for a larger cluster", "93.8 % with 5",
                "identical",
            ] {
                #expect(page.text.replacing("\u{A0}", with: " ").contains(words), "\(words)")
            }
            // The figures are those of the file.
            let median = Statistics.median(
                points.filter { $0.kind == .strong && $0.ranks == 1 && $0.threads == 1 }.compactMap(\.stepSeconds))
            #expect(page.values.contains(median))
            try report.writeModels(to: folder + "/model.json")
            let models = try JSONSerialization.jsonObject(with: Data(InputFile.read(folder + "/model.json")))
            let model = try #require((models as? [[String: Any]])?.first)
            #expect((model["leave_one_link_rate_out"] as? [Any])?.count == 6)
            #expect((model["simulated"] as? [Any])?.count == 1)
        }
    }

    private static func writeRun(_ folder: String, events: [String]) throws {
        try AtomicFile.createFolder(folder)
        let config =
            #"{"version":"0.1.0","hosts":["<a>","b"],"ranks":2,"threads_per_rank":1,"cpu":"<&>","options":{"data":"<i>","seed":1}}"#
        try AtomicFile.write(config, to: folder + "/config.json")
        try AtomicFile.write(events.joined(separator: "\n"), to: folder + "/metrics.jsonl")
    }

    private static let epochs = (1...3).map {
        #"{"event":"epoch","epoch":\#($0),"train_seconds":0.5,"samples":1000,"batch_loss":0.2,"train_loss":0.\#(9 - $0),"#
            + #""test_loss":0.9,"train_accuracy":0.5,"test_accuracy":0.4,"phases":{"compute":0.3,"wait":0.1,"reduce":0,"update":0.1},"#
            + #""ranks":[{"rank":0,"host":"<a>","compute":0.3,"wait":0,"reduce":0,"update":0},{"rank":1,"host":"b","compute":0.2,"wait":0.1,"reduce":0,"update":0}]}"#
    }

    @Test(.enabled(if: hasGnuplot, "no gnuplot")) func runs() async throws {
        try await withTemporaryFolder { folder in
            let start = #"{"event":"start","model":"784x2x10","ranks":2,"workers":2,"slices":8,"parameters":1600}"#
            let end = #"{"event":"end","weights_sha256":"\#(String(repeating: "e", count: 64))"}"#
            let round =
                #"{"event":"round","round":1,"evaluations":32,"train_seconds":0.1,"best_loss":0.5,"mean_loss":0.7}"#
            try Self.writeRun(folder + "/one<b>", events: [start] + Self.epochs + [end])
            try Self.writeRun(folder + "/two", events: [start] + Self.epochs.prefix(1) + [round, #"{"event":"epo"#])
            let one = try RunReport(folders: [folder + "/one<b>"])
            #expect(one.runs[0].epochs[2].rankPhases.map(\.host) == ["<a>", "b"])
            let page = try Parsed(try await one.html())
            #expect(page.elements["svg", default: 0] >= 5)
            #expect(page.text.contains(String(repeating: "e", count: 64)))
            let both = try Parsed(try await RunReport(folders: [folder + "/one<b>", folder + "/two"]).html())
            #expect(both.text.contains("2 training runs"))
            let unfinished = try Parsed(try await RunReport(folders: [folder + "/two"]).html())
            #expect(unfinished.text.contains("has not ended") && unfinished.text.contains("cut short"))
        }
    }

    /// The epoch whose weights a run ends with, and what its end says of each set.
    @Test(.enabled(if: hasGnuplot, "no gnuplot")) func whatARunEndsWith() async throws {
        try await withTemporaryFolder { folder in
            let epochs = (1...3).map {
                #"{"event":"epoch","epoch":\#($0),"train_loss":0.\#(9 - $0),"validation_loss":0.8,"test_loss":0.9}"#
            }
            let end =
                #"{"event":"end","best_epoch":2,"train_loss":0.1,"validation_loss":0.25,"validation_f1":0.625,"#
                + #""validation_confusion_matrix":[[3,1],[2,4]],"validation_by_class":[{"class":"<b>","count":4,"precision":0.6,"#
                + #""recall":0.75,"f1":0.7},{"class":"b","count":6,"precision":0.8,"recall":0.7,"f1":0.7}]}"#
            try Self.writeRun(folder + "/run", events: epochs + [end])
            let page = try Parsed(try await RunReport(folders: [folder + "/run"]).html())
            for words in ["Best epoch", "best epoch", "validation", "Macro-F1", "<b>", "Classes of the validation set"]
            {
                #expect(page.text.contains(words), "\(words)")
            }
            #expect(page.values.contains(0.625) && page.values.contains(0.75) && !page.text.contains("RMSE"))
            // Columns in which no epoch says anything are none.
            #expect(!page.text.contains("accuracy") && !page.text.contains("Compute"))
            try Self.writeRun(
                folder + "/numbers", events: epochs.map { $0.replacing("}", with: #","train_rmse":1.5}"#) } + [end])
            let numbers = try Parsed(try await RunReport(folders: [folder + "/numbers"]).html())
            #expect(numbers.text.contains("Train RMSE") && !numbers.text.contains("Validation RMSE"))
            let damaged = end.replacing("[[3,1],[2,4]]", with: "[[3,1],4]").replacing(":4,", with: ":[],")
            try Self.writeRun(folder + "/damaged", events: epochs + [damaged])
            _ = try Parsed(try await RunReport(folders: [folder + "/damaged"]).html())
        }
    }

    @Test func brokenFolders() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("[]\n{\"id\":1}\n", to: folder + "/points.jsonl")
            #expect(throws: Failure.self) { try ScalingReport(folders: [folder]) }
            try AtomicFile.write("{}", to: folder + "/metrics.jsonl")
            #expect { try RunReport(folders: [folder]) } throws: { ($0 as? Failure)?.status == .missingInput }
            try AtomicFile.write("[1]", to: folder + "/config.json")
            #expect { try RunReport(folders: [folder]) } throws: { ($0 as? Failure)?.status == .badData }
        }
    }

    @Test(arguments: [
        (0.0, "0 s"), (1.234e-9, "1.23 ns"), (999.6e-9, "1000 ns"), (12.34e-6, "12.3 µs"), (0.01234, "12.3 ms"),
        (1.5, "1.50 s"), (123.4, "123 s"), (12_345, "12\u{2009}345 s"),
    ])
    func seconds(value: Double, text: String) {
        #expect(Quantity.seconds(value).replacing("\u{A0}", with: " ").replacing("1\u{2009}000", with: "1000") == text)
    }
}
