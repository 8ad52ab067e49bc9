import Foundation
import Storage

extension RunReport {
    private static let sets = ["train", "validation", "test"]

    /// What the run ends with, on each of its sets, and how well it tells classes apart; nil where its end does not say it.
    static func figures(_ run: RunRecord) -> Markup? {
        let sets = sets.filter { run.endFields["\($0)_loss"] != nil }
        let figures = [
            ("Loss", "loss"), ("Accuracy", "accuracy"), ("Macro-F1", "f1"), ("Log-loss", "log_loss"), ("RMSE", "rmse"),
            ("MAE", "mae"), ("R²", "r2"), ("Largest error", "largest_error"), ("of row", "largest_error_row"),
        ]
        let rows = figures.compactMap { title, name -> [Markup]? in
            let values = sets.map { run.endFields["\($0)_\(name)"]?.number }
            guard values.contains(where: { $0 != nil }) else { return nil }
            return ["\(title)"] + values.map { number($0, isCount: name.hasSuffix("row")) }
        }
        guard !rows.isEmpty else { return nil }
        let tables = sets.reversed().lazy.compactMap { classes(run, $0) }.first
        return .table([""] + sets.map { "\($0)" }, rows) + (tables ?? "")
    }

    private static func number(_ value: Double?, isCount: Bool = false) -> Markup {
        value.map { .number($0, isCount ? Quantity.grouped($0) : String(format: "%.6g", $0)) } ?? "–"
    }

    /// A row for each class: how well it was told, and what its samples were taken for.
    private static func classes(_ run: RunRecord, _ set: String) -> Markup? {
        guard case .array(let classes)? = run.endFields["\(set)_by_class"],
            case .array(let matrix)? = run.endFields["\(set)_confusion_matrix"], classes.count == matrix.count
        else { return nil }
        let names = classes.map { one -> Markup in "\(one.member("class")?.description ?? "–")" }
        let rows = zip(classes, names).map { one, name in
            [name]
                + ["count", "precision", "recall", "f1"].map { member in
                    number(one.member(member)?.number, isCount: member == "count")
                }
        }
        let taken = zip(matrix, names).compactMap { row, name -> [Markup]? in
            guard case .array(let counts) = row, counts.count == names.count else { return nil }
            return [name] + counts.map { number($0.number, isCount: true) }
        }
        return .table(["Class", "Samples", "Precision", "Recall", "F1"], rows, caption: "Classes of the \(set) set")
            + .table(
                ["Class"] + names, taken,
                caption: "What samples of the \(set) set, by row, were taken for, by column")
    }
}

extension JSONValue {
    fileprivate func member(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }
}
