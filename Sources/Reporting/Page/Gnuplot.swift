import ChildProcesses
import Foundation
import Storage

/// Draws charts as SVG that takes its colours from the page it stands in.
enum Gnuplot {
    /// The charts as elements `<svg>`, in their order.
    ///
    /// - Throws: `Failure` with `.missingInput` where there is no gnuplot, `.internalError` where it fails.
    static func draw(_ charts: [Chart]) async throws -> [Markup] {
        guard !charts.isEmpty else { return [] }
        let folder = try Folder.createTemporary("charts")
        defer { Folder.remove(folder) }
        try AtomicFile.write(script(of: charts), to: folder + "/charts.gnuplot")
        try await run(in: folder)
        return try charts.indices.map { index in
            let text = String(decoding: try InputFile.read("\(folder)/\(index).svg"), as: UTF8.self)
            return Markup(raw: adapted(text, id: "chart\(index)", title: charts[index].title))
        }
    }

    /// Commands that draw the charts into files named by their numbers.
    static func script(of charts: [Chart]) -> String {
        charts.enumerated().map { $1.script(to: "\($0).svg") }.joined() + "set output\n"
    }

    private static let longestSeconds = 120.0

    private static func run(in folder: String) async throws {
        // The user's own settings and language must not change the charts.
        let variables = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder, "LC_ALL": "C.UTF-8",
        ]
        let gnuplot: ChildProcess
        do {
            gnuplot = try await ChildProcess.run(
                ["gnuplot", "charts.gnuplot"], variables: variables, inheritsEnvironment: false, folder: folder,
                limitSeconds: longestSeconds)
        } catch let failure as Failure where failure.status == .missingInput {
            throw Failure(
                .missingInput, "there is no gnuplot on the PATH; the charts need it (apt-get install gnuplot-nox)")
        } catch is ChildProcess.TimeLimitExceeded {
            throw Failure(.internalError, "gnuplot did not draw the charts within \(Int(longestSeconds)) seconds")
        }
        guard gnuplot.status == 0 else {
            let said = gnuplot.errors.split(separator: "\n").suffix(4).joined(separator: " ")
            throw Failure(.internalError, "gnuplot failed with \(gnuplot.status): \(said)")
        }
    }

    /// gnuplot's SVG with names of its own, without what is drawn nowhere, in the page's colours.
    private static func adapted(_ svg: String, id: String, title: String) -> String {
        var text = svg
        if let start = text.range(of: "<svg") { text = String(text[start.lowerBound...]) }
        text = text.replacing(/<title>[^<]*<\/title>|<desc>[^<]*<\/desc>/, with: "")
        text = text.replacing(/<filter[\s\S]*?<\/filter>/, with: "")
        text = text.replacing(/<g [^>]*>\s*<\/g>\n?/, with: "")
        text = text.replacing(
            "<svg ", with: "<svg role=\"img\" aria-label=\"\(Markup.escape(title))\" ", maxReplacements: 1)
        // Several charts stand in one page.
        text = text.replacing(/(id=['"]|href=['"]#)(gp|gnuplot_)/) { "\($0.1)\(id)-\($0.2)" }
        text = text.replacing(/rgb\(\s*([0-9]+),\s*([0-9]+),\s*([0-9]+)\)/) { match in
            color(Int(match.1)!, Int(match.2)!)
        }
        text = text.replacing(/color=["'](black|gray)["']/, with: "color=\"var(--ink)\"")
        text = text.replacing(/fill=["']black["']/, with: "fill=\"var(--ink)\"")
        text = text.replacing(/(color|fill)=["']white["']/) { "\($0.1)=\"var(--paper)\"" }
        text = text.replacing(" font-family=\"sans-serif\" font-size=\"14.00\" ", with: " ")
        return text.replacing(/\n\s*\n+/, with: "\n")
    }

    private static func color(_ red: Int, _ green: Int) -> String {
        switch (red, green) {
        case (1, _): "var(--axis)"
        case (2, _): "var(--grid)"
        case (10, 0): "var(--ink)"
        default: "var(--c\(red - 10))"
        }
    }
}
