import Datasets
import Frontprop
import Storage

/// What a network makes of a table's rows, as lines of text.
///
/// A line has the row's number in its file, from 0; what is known of its targets, where the file has such columns; of classes the
/// answer; all outputs by their names; and `outside`, 1 where a value is beyond those that were learned from. Numbers are as
/// exact as they were computed.
struct RowText: Sendable {
    private let columns: TableColumns
    private let hasTargets: Bool
    private let isJSON: Bool
    private let outputNames: [String]
    private let targetNames: [String]
    private let classes: [String]?

    init(_ chosen: ChosenRows, isJSON: Bool) {
        columns = chosen.columns
        hasTargets = chosen.hasTargets
        self.isJSON = isJSON
        (outputNames, targetNames) = (columns.outputNames, columns.targetColumns)
        classes = columns.classes
    }

    /// Of a CSV; of JSON lines nothing.
    var header: String {
        if isJSON { return "" }
        var names = ["row"]
        if hasTargets { names += classes == nil ? targetNames.map { "target_\($0)" } : ["label"] }
        if classes != nil { names.append("answer") }
        return DelimitedText.line(names + outputNames + ["outside"])
    }

    func line(_ prediction: RowPrediction) -> String {
        isJSON ? json(prediction) : csv(prediction)
    }

    private func csv(_ prediction: RowPrediction) -> String {
        var fields = ["\(prediction.row)"]
        if hasTargets { fields += prediction.targets.map { $0.map { "\($0)" } ?? "" } }
        if let classes, let answer = prediction.answer { fields.append(classes[answer]) }
        fields += prediction.outputs.map { "\($0)" } + [prediction.isOutside ? "1" : "0"]
        return DelimitedText.line(fields)
    }

    private func json(_ prediction: RowPrediction) -> String {
        var members = ["\"row\":\(prediction.row)"]
        if hasTargets {
            let known = prediction.targets.map { Self.json($0) }
            members.append(
                classes == nil ? "\"targets\":\(Self.object(targetNames, known))" : "\"label\":\(known[0])")
        }
        if let classes, let answer = prediction.answer { members.append("\"answer\":\(classes[answer].json)") }
        members.append("\"outputs\":\(Self.object(outputNames, prediction.outputs.map { "\($0)" }))")
        members.append("\"outside\":\(prediction.isOutside ? 1 : 0)")
        return "{" + members.joined(separator: ",") + "}\n"
    }

    private static func object(_ names: [String], _ values: [String]) -> String {
        "{" + zip(names, values).map { "\($0.json):\($1)" }.joined(separator: ",") + "}"
    }

    private static func json(_ value: Table.Value?) -> String {
        switch value {
        case .number(let number)?: number.isFinite ? DelimitedText.text(number) : "null"
        case .text(let text)?: text.json
        case nil: "null"
        }
    }
}
