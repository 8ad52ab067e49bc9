import Foundation
import Storage

/// A page of how strongly a network's outputs follow its inputs.
public struct SensitivityPage: Sendable {
    private let page: Page

    /// - Parameters:
    ///   - name: of the run; `data` of the rows, of which there are `rows`.
    ///   - physical: by output and input, in the units of the columns.
    ///   - standardised: the same in what the network sees.
    ///   - ranking: the inputs, the most important first.
    public init(
        name: String, data: String, rows: Int, inputs: [String], outputs: [String], physical: [[Double]],
        standardised: [[Double]], ranking: [Int]
    ) {
        var page = Page(title: "Importance of inputs", subtitle: "\(name), \(counted(rows, "row")) of \(data)")
        page.add(
            """
            <p class="soft">The mean of |∂output/∂input| over the rows. Standardised: in what the network sees, which is \
            deviations of the training rows where the run standardised its columns.</p>
            """)
        page.add([Self.chart(outputs, standardised, Array(ranking.prefix(Self.mostBars)))])
        page.add(Self.table(inputs, outputs, physical, standardised, ranking))
        self.page = page
    }

    /// The page, as one HTML file.
    ///
    /// - Throws: `Failure` where gnuplot is missing or fails.
    public func html() async throws -> String { try await page.html() }

    private static var mostBars: Int { 24 }
    /// As many as there are colours.
    private static var mostParts: Int { 8 }

    /// A bar for each input, of parts by output where these are few.
    private static func chart(_ outputs: [String], _ standardised: [[Double]], _ shown: [Int]) -> Chart {
        let areFew = outputs.count <= mostParts
        let values = shown.map { input in
            areFew ? standardised.map { $0[input] } : [standardised.reduce(0) { $0 + $1[input] }]
        }
        return Chart(
            title: "Standardised sensitivity", caption: "Inputs numbered as in the table.", x: "input",
            y: "mean |∂output/∂input|", yFrom: 0,
            content: .bars(
                Chart.Bars(
                    names: areFew ? outputs : ["all outputs"],
                    colors: areFew ? Array(1...max(1, outputs.count)) : [1],
                    labels: shown.indices.map { "\($0 + 1)" }, values: values)))
    }

    private static func table(
        _ inputs: [String], _ outputs: [String], _ physical: [[Double]], _ standardised: [[Double]], _ ranking: [Int]
    ) -> Markup {
        let rows = ranking.enumerated().flatMap { place, input in
            outputs.indices.map { output -> [Markup] in
                let (value, plain) = (physical[output][input], standardised[output][input])
                return [
                    "\(place + 1)", "\(inputs[input])", "\(outputs[output])", .number(value, Quantity.figures(value)),
                    .number(plain, Quantity.figures(plain)),
                ]
            }
        }
        return .table(["", "Input", "Output", "In the columns’ units", "Standardised"], rows)
    }
}
