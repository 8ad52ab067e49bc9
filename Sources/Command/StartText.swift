import Datasets
import Foundation
import Storage
import Training

extension StartEvent {
    /// What begins, for people: the work on one line, and below what all options came to.
    var text: String {
        let idle = idleWorkers == 0 ? "" : ", \(counted(idleWorkers, "worker")) idle (fewer slices than workers)"
        let work =
            "\(options.topology) (\(counted(parameters, "parameter"))) on \(data), \(counted(samples, "sample")), "
            + "\(target); \(counted(ranks, "rank")), \(counted(workers, "worker")), "
            + "\(counted(slices, "slice"))\(idle)"
        let rows =
            table + [
                ("network", "\(network); first weights \(options.weights ?? options.initializer.rawValue)"),
                ("recipe", "\(options.recipe): \(recipe)"), ("optimizer", optimizer + ofSteps),
                ("arithmetic", arithmetic),
            ]
        return ([work] + rows.map { "  \($0.padding(toLength: 12, withPad: " ", startingAt: 0))\($1)" })
            .joined(separator: "\n")
    }

    private var target: String {
        guard let columns else {
            return "target " + (options.target == .inputs ? "inputs: an autoencoder" : options.target.rawValue)
        }
        let targets = columns.targetColumns.joined(separator: ", ")
        switch columns.target {
        case .classes(_, let names):
            return "task: classification of \(targets), \(names.count) classes"
        case .numbers: return "task: regression of \(targets)"
        case .inputs: return "task: an autoencoder of the inputs"
        }
    }

    /// Of a table what its columns and rows become.
    private var table: [(String, String)] {
        guard let columns else { return [] }
        let all = columns.features.count + columns.constants.count
        let scaling = options.table.scaleTargets.map { ", targets \($0.rawValue)" } ?? ""
        var rows = [
            (
                "columns",
                "\(counted(columns.inputCount, "input")) of \(counted(all, "column")), scaled: "
                    + "inputs \(options.table.scaleInputs ?? .none)\(scaling)"
            ),
            (
                "rows",
                "test \(Self.text(options.table.test)), validation \(Self.text(options.table.validation)), with missing values: "
                    + "\(options.table.missing ?? .error)"
            ),
        ]
        if !columns.constants.isEmpty {
            rows.insert(("left out", "the same in every row: \(columns.constants.joined(separator: ", "))"), at: 1)
        }
        return rows
    }

    private static func text(_ heldOut: HeldOut?) -> String { heldOut.map { "\($0)" } ?? "none" }

    private var network: String {
        "hidden \(options.activation), output \(options.outputActivation), loss \(options.loss)"
    }

    private var recipe: String {
        let order = options.shuffle ? "shuffled by seed \(options.seed)" : "in the file's order, seed \(options.seed)"
        guard let genetic = options.genetic else {
            let patience = options.patience.map { ", patience \($0)" } ?? ""
            let batches =
                options.optimizer.isOfMinibatches ? "minibatches of \(options.batchSize)" : "steps of the whole set"
            return "\(counted(options.epochs, "epoch"))\(patience), \(batches), \(order)"
                + layers
        }
        return "\(counted(genetic.rounds, "round")), fitness of \(counted(genetic.fitnessSamples, "sample")), "
            + "seed \(options.seed)"
    }

    private var optimizer: String {
        let name = options.optimizer.rawValue
        guard let genetic = options.genetic else {
            let numbers = options.optimizerOptions.named.map { option in
                "\(option.name.dropFirst(2).replacing("-", with: " ")) \(Self.number(option.value))"
            }
            return ([name] + numbers).joined(separator: ", ")
        }
        return "\(name), operators \(genetic.operators.rawValue), population \(genetic.population)"
    }

    private var layers: String { options.dropout.map { ", dropout \(Self.number($0))" } ?? "" }

    /// How steps change over the run, and what they are kept to.
    private var ofSteps: String {
        guard options.optimizer.isOfMinibatches else { return "" }
        let warmup = options.warmup.map { ", warm-up \($0)" } ?? ""
        let clipping = options.clipNorm.map { ", norm at most \(Self.number($0))" } ?? ""
        return ", schedule \(options.schedule)\(warmup)\(clipping)"
    }

    private var arithmetic: String {
        let reduction = "reduction \(options.reduction.rawValue)"
        guard options.genetic == nil else { return "\(options.precision.rawValue)" }
        return "gradient \(options.gradient.rawValue), \(options.precision.rawValue), \(reduction), "
            + counted(slices, "slice")
    }

    private static func number(_ value: Double) -> String { String(format: "%.10g", value) }
}
