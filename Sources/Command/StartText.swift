import Foundation
import Storage
import Training

extension StartEvent {
    /// What begins, for people: the work on one line, and below what all options came to.
    var text: String {
        let target = options.target == .inputs ? "inputs: an autoencoder" : options.target.rawValue
        let idle = idleWorkers == 0 ? "" : ", \(counted(idleWorkers, "worker")) idle (fewer slices than workers)"
        let work =
            "\(options.topology) (\(counted(parameters, "parameter"))) on \(data), \(counted(samples, "sample")), "
            + "target \(target); \(counted(ranks, "rank")), \(counted(workers, "worker")), "
            + "\(counted(slices, "slice"))\(idle)"
        let rows = [
            ("network", "\(network); first weights \(options.weights ?? options.initializer.rawValue)"),
            ("recipe", "\(options.recipe): \(recipe)"), ("optimizer", optimizer + ofSteps),
            ("arithmetic", arithmetic),
        ]
        return ([work] + rows.map { "  \($0.padding(toLength: 12, withPad: " ", startingAt: 0))\($1)" })
            .joined(separator: "\n")
    }

    private var network: String {
        "hidden \(options.activation), output \(options.outputActivation), loss \(options.loss)"
    }

    private var recipe: String {
        let order = options.shuffle ? "shuffled by seed \(options.seed)" : "in the file's order, seed \(options.seed)"
        guard let genetic = options.genetic else {
            return "\(counted(options.epochs, "epoch")), minibatches of \(options.batchSize), \(order)" + layers
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
        guard options.genetic == nil else { return "" }
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
