import Foundation
import Storage

/// Steps of one network and batch on more and more workers of one cluster, as the model has them.
struct Forecasting {
    let forecasts: [ModelRecord.Forecast]
    let refusals: [ModelRecord.Refusal]
    /// nil where nothing is predicted.
    let limit: ModelRecord.Limit?

    private static let mostWorkers = 4096
    /// The most that `--slices` can be.
    private static let mostSlices = 4096

    /// - Parameter leastSlices: of the measured points, kept until the workers need more.
    init(
        model: StepModel, shape: StepShape, batchSize: Int, workersPerNode: Int, leastSlices: Int, linkRate: Double?
    ) {
        func shaped(_ workers: Int) -> StepShape {
            let nodes = (workers + workersPerNode - 1) / workersPerNode
            // One rank a node, threads for the rest: what `exact` makes of any layout.
            return StepShape(
                nodes: nodes, ranks: nodes, threads: workers / nodes, batchSize: batchSize,
                slices: max(leastSlices, Self.slices(workers: workers)), parameters: shape.parameters,
                work: shape.work, isDouble: shape.isDouble, linkRate: linkRate)
        }
        let one = shaped(1)
        // Speed-ups are relative to one worker, so that they all need it.
        let noBase = model.objection(to: one)
        let base = model.stepSeconds(one)
        var forecasts: [ModelRecord.Forecast] = []
        var refused: [(workers: Int, why: String)] = []
        for workers in Self.counts(workersPerNode: workersPerNode) {
            let shape = shaped(workers)
            if let why = noBase ?? model.objection(to: shape) {
                refused.append((workers, why))
                continue
            }
            let seconds = model.stepSeconds(shape)
            forecasts.append(
                ModelRecord.Forecast(
                    workers: shape.workers, nodes: shape.nodes, batchSize: batchSize, slices: shape.slices,
                    busyWorkers: shape.busyWorkers, stepSeconds: seconds, halfWidth: model.halfWidth(shape),
                    speedUp: base / seconds, efficiency: base / seconds / Double(shape.workers),
                    terms: Dictionary(uniqueKeysWithValues: model.terms(shape).map { ($0.key.rawValue, $0.value) })))
        }
        self.forecasts = forecasts
        refusals = refused.map(\.why).distinct.map { why in
            ModelRecord.Refusal(
                batchSize: batchSize, workers: refused.filter { $0.why == why }.map(\.workers), why: why)
        }
        limit = forecasts.isEmpty ? nil : Self.limit(forecasts, shape.work)
    }

    /// Powers of two within a node, then of nodes.
    private static func counts(workersPerNode: Int) -> [Int] {
        let within = sequence(first: 1) { $0 * 2 }.prefix { $0 < workersPerNode }
        let nodes = sequence(first: 1) { $0 * 2 }.prefix { $0 * workersPerNode <= max(mostWorkers, workersPerNode) }
        return Array(within) + nodes.map { $0 * workersPerNode }
    }

    /// The ladder of Docs/exact-sum.md.
    static func slices(workers: Int) -> Int {
        var (rung, next) = (8, 16)
        while rung < workers { (rung, next) = (next, rung == 8 ? 24 : 2 * rung) }
        return min(rung, mostSlices)
    }

    private static func limit(_ forecasts: [ModelRecord.Forecast], _ work: StepWork) -> ModelRecord.Limit {
        let fastest = forecasts.min { $0.stepSeconds < $1.stepSeconds }!
        let half = forecasts.last { $0.efficiency >= 0.5 } ?? forecasts[0]
        func share(_ term: StepModel.Term) -> Double { fastest.terms[term.rawValue, default: 0] / fastest.stepSeconds }
        let dominant = StepModel.Term.allCases.filter { $0 != .compute }.max { share($0) < share($1) }!
        let percent = { (x: Double) in String(format: "%.0f %%", 100 * x) }
        var why = ""
        if fastest.workers == forecasts.last!.workers {
            why = "The step still gets shorter at the most workers predicted, \(fastest.workers)"
        } else {
            why = "Beyond \(fastest.workers) workers the step gets no shorter"
        }
        why +=
            ": there \(percent(share(dominant))) of it go into \(dominant.meaning) and \(percent(share(.compute))) into "
            + "\(StepModel.Term.compute.meaning)."
        if fastest.busyWorkers < fastest.workers {
            why += " Only \(fastest.busyWorkers) of the workers have samples."
        }
        if half.workers < forecasts.last!.workers {
            why += " Half of the efficiency is lost beyond \(half.workers) workers."
        }
        if work.factors > 0 {
            why += " Samples go by pieces of 256 rows of J, one a node at the least."
        } else if fastest.batchSize < forecasts.last!.workers {
            why +=
                " A minibatch of \(fastest.batchSize) samples, one a slice, feeds \(fastest.batchSize) workers at the very most."
        }
        return ModelRecord.Limit(
            batchSize: fastest.batchSize, fastestWorkers: fastest.workers, fastestStepSeconds: fastest.stepSeconds,
            speedUp: fastest.speedUp, halfEfficiencyWorkers: half.workers, dominant: dominant.rawValue, why: why)
    }
}
