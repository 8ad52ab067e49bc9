import ArgumentParser
import ChildProcesses
import Foundation
import Frontprop
import Kernels
import Reporting
import Storage

struct ImportanceCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "importance",
        abstract: "Mean absolute sensitivity of outputs to inputs, as a table and a picture.",
        discussion: """
            The mean of |∂output/∂input| over rows of a table: in the units of its columns, and in what the network sees, which \
            is deviations of the training rows where columns are standardised. Rows are the run's own unless FILE or --data \
            names others.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, csv, json }

    @OptionGroup var saved: SavedModelOptions
    @Argument(help: "A table, or - for a CSV on standard input.")
    var file: String?
    @OptionGroup var sampleOptions: SampleOptions
    @Option(help: "table, for people; csv; json: an array of objects.")
    var format = Format.table
    @Option(help: "Write a page with a chart to this file, such as importance.html.")
    var picture: String?

    func runOnFirstRank() throws {
        let (name, file) = try saved.words(file: file)
        let use = try saved.use(name)
        if let picture { try AtomicFile.check(picture) }
        let chosen = try use.rows(sampleOptions.set, file: file, sampleOptions.choice(standard: .all))
        let found =
            switch use.resolvedPrecision {
            case .float32: try SavedNetwork<Float>(use.model).importance(chosen)
            case .float64: try SavedNetwork<Double>(use.model).importance(chosen)
            }
        switch format {
        case .table: try Console.print(found.table)
        case .csv: try Console.write(found.csv)
        case .json: try Console.print(found.json)
        }
        guard let picture else { return }
        let page = SensitivityPage(
            name: name, data: chosen.table.name, rows: found.count, inputs: found.inputs, outputs: found.outputs,
            physical: found.physical, standardised: found.standardised, ranking: found.ranking)
        let html = try ChildProcess.wait { try await page.html() }
        try AtomicFile.write(html, to: picture)
    }
}

extension Importance {
    /// A line for each input and output, in their order.
    fileprivate var csv: String {
        let lines = pairs { input, output, physical, standardised in
            DelimitedText.line([input, output, "\(physical)", "\(standardised)"])
        }
        return DelimitedText.line(["input", "output", "sensitivity", "standardised"]) + lines.joined()
    }

    fileprivate var json: String {
        let objects = pairs { input, output, physical, standardised in
            "{\"input\":\(input.json),\"output\":\(output.json),\"sensitivity\":\(physical),"
                + "\"standardised\":\(standardised)}"
        }
        return "[" + objects.joined(separator: ",\n ") + "]"
    }

    private func pairs<Value>(_ make: (String, String, Double, Double) -> Value) -> [Value] {
        inputs.indices.flatMap { i in
            outputs.indices.map { q in make(inputs[i], outputs[q], physical[q][i], standardised[q][i]) }
        }
    }

    /// The inputs by what they count, the most important first: the standardised sensitivities added up over the outputs, and
    /// the output that follows the input most in its own units.
    fileprivate var table: String {
        let header = ["input", "standardised"] + (outputs.count == 1 ? [outputs[0]] : ["strongest", "sensitivity"])
        let rows = ranking.map { i in
            let strongest = outputs.indices.max { standardised[$0][i] < standardised[$1][i] } ?? 0
            let named = outputs.count == 1 ? [] : [outputs[strongest]]
            return [inputs[i], Self.figures(total(i))] + named + [Self.figures(physical[strongest][i])]
        }
        return "mean |∂output/∂input| over \(counted(count, "row"))\n"
            + TextTable.lines([header] + rows).joined(separator: "\n")
    }

    private static func figures(_ value: Double) -> String { String(format: "%.4g", value) }
}
