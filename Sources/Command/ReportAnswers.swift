import Datasets
import Frontprop
import Kernels
import Reporting
import Storage

extension RunAnswers {
    /// What the network of a run's folder answers on its test rows, or on those that it decides by; nil of a run that has no
    /// network yet, or did not learn from a table, or of rows that ask for the inputs.
    ///
    /// - Throws: as `ModelUse.rows`: the run's data may be gone.
    init?(ofRun folder: String) throws {
        guard Files.exists(folder + "/model.safetensors") else { return nil }
        let use = ModelUse(try SavedModel(folder))
        guard let columns = use.model.columns, !columns.targetColumns.isEmpty,
            let tables = try use.tables().table,
            let set = [SampleSet.test, .validation].first(where: { tables.rows[$0] != nil })
        else { return nil }
        let chosen = try use.rows(set, file: nil, .all)
        let predictions =
            switch use.resolvedPrecision {
            case .float32: try SavedNetwork<Float>(use.model).predictions(chosen)
            case .float64: try SavedNetwork<Double>(use.model).predictions(chosen)
            }
        self.init(
            title: "On \(counted(chosen.count, "row")) of the \(set.title) set.",
            kind: columns.classes.map { .classes(Self.answers(predictions, $0)) }
                ?? .numbers(Self.outputs(predictions, columns.outputNames)))
    }

    private static func answers(_ predictions: [RowPrediction], _ classes: [String]) -> [Answer] {
        predictions.compactMap { prediction in
            guard let label = prediction.targets[0].map({ "\($0)" }), let place = classes.firstIndex(of: label),
                let answer = prediction.answer
            else { return nil }
            return Answer(
                row: prediction.row, label: label, answer: classes[answer], share: prediction.outputs[place])
        }
    }

    private static func outputs(_ predictions: [RowPrediction], _ names: [String]) -> [Output] {
        names.enumerated().map { index, name in
            Output(
                name: name,
                pairs: predictions.compactMap { prediction in
                    guard case .number(let known)? = prediction.targets[index] else { return nil }
                    return Pair(row: prediction.row, known: known, found: prediction.outputs[index])
                })
        }
    }
}

extension SavedNetwork {
    /// All at once.
    fileprivate func predictions(_ chosen: ChosenRows) throws -> [RowPrediction] {
        var all: [RowPrediction] = []
        try predict(chosen, each: { $0 }, { all += $0 })
        return all
    }
}
