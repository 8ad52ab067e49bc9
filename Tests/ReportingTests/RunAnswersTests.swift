import Storage
import Testing

@testable import Reporting

/// What a report shows of a run's answers, and what it leaves out.
@Suite struct RunAnswersTests {
    private static func record(_ events: [String]) throws -> RunRecord {
        try RunRecord(
            path: "runs/one", metrics: Array(events.joined(separator: "\n").utf8),
            configuration: Array(#"{"options":{},"ranks":1,"threads_per_rank":2}"#.utf8))
    }

    private static let start = #"{"event":"start","model":"4x8x3","ranks":1}"#
    private static let epoch =
        #"{"event":"epoch","epoch":1,"train_seconds":0.5,"samples":10,"train_loss":0.5,"validation_loss":0.6,"test_loss":0.7,"#
        + #""phases":{"compute":0.3,"wait":0.1,"reduce":0,"update":0.1},"#
        + #""ranks":[{"rank":0,"host":"a","compute":0.3,"wait":0,"reduce":0,"update":0}]}"#
    private static let end =
        #"{"event":"end","test_loss":0.25,"test_accuracy":0.9,"test_f1":0.875,"train_loss":0.125,"train_accuracy":1,"#
        + #""test_confusion_matrix":[[4,1],[0,5]],"test_by_class":[{"class":"a<b","count":5,"precision":1,"recall":0.8,"f1":0.89},"#
        + #"{"class":"c","count":5,"precision":0.83,"recall":1,"f1":0.91}]}"#

    private static func text(_ page: Page) -> String {
        page.parts.map { part in
            if case .markup(let markup) = part { markup.text } else { "" }
        }.joined(separator: "\n")
    }

    @Test func setsAndClasses() throws {
        let text = Self.text(RunReport(runs: [try Self.record([Self.start, Self.epoch, Self.end])]).page)
        #expect(text.contains("<h2>What it ends with</h2>"))
        #expect(text.contains("<data value=\"0.875\">0.875</data>") && text.contains("<td>a&lt;b</td>"))
    }

    /// A matrix that a damaged record has is left out.
    @Test(arguments: [
        #""test_confusion_matrix":[[1],[2,3]]"#, #""test_confusion_matrix":7"#, #""test_by_class":[{"count":3},4]"#,
        #""test_by_class":{"class":1}"#, #""test_loss":"x","test_f1":[1]"#,
    ])
    func damagedFigures(member: String) throws {
        let text = Self.text(
            RunReport(runs: [try Self.record([Self.start, Self.epoch, "{\"event\":\"end\",\(member)}"])]).page)
        #expect(!text.contains("Classes of the"))
    }

    @Test func numbers() throws {
        var record = try Self.record([Self.start, Self.epoch])
        let pairs = (0..<5000).map {
            RunAnswers.Pair(row: $0, known: Double($0), found: Double($0) + ($0 == 70 ? 9 : 0.5))
        }
        record.answers = RunAnswers(
            title: "On 5000 rows.", kind: .numbers([RunAnswers.Output(name: "y<", pairs: pairs)]))
        let page = RunReport(runs: [record]).page
        let charts = page.charts.map(\.title)
        #expect(charts.contains("Predicted against true: y<") && charts.contains("Residuals: y<"))
        for chart in page.charts where chart.title.hasPrefix("Predicted") {
            guard case .lines(let series) = chart.content else { continue }
            #expect(series[1].points.count <= 2000 && series[1].points.count > 1000)
        }
        let worst = try #require(Self.text(page).firstMatch(of: /<tbody>\n<tr><td>(\d+)<\/td><td>y&lt;<\/td>/))
        #expect(worst.1 == "70")
    }

    @Test func classes() throws {
        let answers = RunAnswers(
            title: "",
            kind: .classes([
                RunAnswers.Answer(row: 3, label: "a", answer: "a", share: 0.9),
                RunAnswers.Answer(row: 5, label: "a", answer: "b", share: 0.25),
                RunAnswers.Answer(row: 8, label: "b", answer: "a", share: 0.125),
            ]))
        let text = try #require(answers.worst).text
        #expect(!text.contains("<td>3</td>"))
        #expect(
            try #require(text.range(of: "<td>8</td>")).lowerBound
                < (try #require(text.range(of: "<td>5</td>"))).lowerBound)
        #expect(answers.charts.isEmpty)
    }

    /// Of a genetic search there are no epochs, and nothing stands under a heading that is about them.
    @Test func noEmptySections() throws {
        let round =
            #"{"event":"round","round":1,"evaluations":32,"train_seconds":0.1,"best_loss":0.5,"mean_loss":0.7,"test_accuracy":0.5}"#
        let page = RunReport(runs: [try Self.record([Self.start, round, #"{"event":"end"}"#])]).page
        let text = Self.text(page)
        #expect(
            !text.contains("<h2>Time</h2>") && !text.contains("<h2>What it ends with</h2>")
                && text.contains("<h2>Learning</h2>"))
        #expect(text.contains("of 1 round"))
        #expect(page.charts.map(\.title) == ["Genetic search"])
    }

    /// One rank needs no chart by rank.
    @Test func ranks() throws {
        let one = RunReport(runs: [try Self.record([Self.start, Self.epoch])]).page.charts.map(\.title)
        #expect(one.contains("Epochs by phase") && !one.contains("An epoch by rank"))
        let two = Self.epoch.replacing(
            #""update":0}]"#, with: #""update":0},{"rank":1,"host":"a","compute":0.3,"wait":0,"reduce":0,"update":0}]"#)
        #expect(
            RunReport(runs: [try Self.record([Self.start, two])]).page.charts.map(\.title).contains("An epoch by rank"))
    }

    @Test func runsThatDifferByOrders() throws {
        let near = try Self.record([Self.start, Self.epoch])
        let far = try Self.record([
            Self.start, Self.epoch.replacing("\"train_loss\":0.5", with: "\"train_loss\":0.0005"),
        ])
        func isLog(_ runs: [RunRecord]) -> [Bool] {
            RunReport(runs: runs).page.charts.filter { $0.title == "Training loss" }.map(\.isLogY)
        }
        #expect(isLog([near, near]) == [false] && isLog([near, far]) == [true])
    }
}
