import Foundation

extension ModelRecord {
    /// Fits the model to a study's measured points, tests it, and predicts.
    ///
    /// Points with more workers than cores are left out: they share cores in ways that the model knows nothing of.
    ///
    /// - Returns: the record and the model; nil where nothing was measured.
    public static func fitted(to study: ScalingStudy, cluster: Cluster) -> (record: ModelRecord, model: StepModel)? {
        let measured = study.measurements.filter { $0.setting.source == .measured && !$0.isOversubscribed }
        guard let first = measured.first else { return nil }
        let calls = study.calls.compactMap(\.observation)
        let model = StepModel(fittedTo: measured.map(\.observation) + calls)
        func validation(without isHeldOut: (Measurement) -> Bool) -> [Comparison] {
            // The loops stay: they are measured apart, and a layout that is left out may still be timed by one. But
            // those at the link rate that is left out go.
            let rates = Set(measured.filter { !isHeldOut($0) }.map(\.shape.linkRate))
            let loops = study.calls.filter { rates.contains($0.setting.linkRate) }.compactMap(\.observation)
            let rest = StepModel(fittedTo: measured.filter { !isHeldOut($0) }.map(\.observation) + loops)
            return measured.filter(isHeldOut).map { Comparison($0, predictedBy: rest) }
        }
        let shapes = measured.map(\.shape).distinct
        let farRates = Set(measured.filter { $0.shape.nodes > 1 }.compactMap(\.shape.linkRate)).sorted()
        let known = model.completed(with: cluster, fastestRate: farRates.last)
        let nodes = cluster.workersPerNode ?? study.coresPerNode
        let shape = study.base(.strong)?.shape ?? first.shape
        let most = measured.map(\.shape.slices).max() ?? 8
        let batches = cluster.batchSizes ?? [shape.batchSize]
        let forecastings = batches.map {
            Forecasting(
                model: known.model, shape: shape, batchSize: $0, workersPerNode: nodes, leastSlices: most,
                linkRate: known.linkRate)
        }
        let record = ModelRecord(
            model: study.subject.model, precision: study.subject.precision, gradient: study.subject.gradient,
            optimizer: study.subject.optimizer,
            parameters: model.record,
            fit: measured.map { Comparison(fittedBy: model, $0) },
            // All of a shape at once: the strong and the weak point of one layout may be the same work, and tell of each other.
            leaveOneOut: shapes.count < 2
                ? [] : shapes.flatMap { one in validation { $0.shape == one } },
            leaveOneLinkRateOut: farRates.count < 3
                ? [] : farRates.flatMap { rate in validation { $0.shape.linkRate == rate && $0.shape.nodes > 1 } },
            simulated: study.simulated.map { Comparison($0, predictedBy: model.of($0)) },
            cluster: Cluster(
                latency: known.model.isKnown(.farMessage) ? known.model[.farMessage] : nil, linkRate: known.linkRate,
                workersPerNode: nodes,
                batchSizes: batches),
            clusterSource: known.source, forecasts: forecastings.flatMap(\.forecasts),
            refusals: forecastings.flatMap(\.refusals), limits: forecastings.compactMap(\.limit))
        return (record, model)
    }
}

extension ModelRecord.Comparison {
    private init(_ measurement: Measurement, seconds: Double?, why: String?) {
        let shape = measurement.shape
        let error = seconds.map { $0 / measurement.median - 1 }
        self.init(
            layout: measurement.layout, kind: measurement.setting.kind.rawValue,
            source: measurement.setting.source.rawValue, reduction: shape.isExact ? "exact" : "allreduce",
            batchSize: shape.batchSize, linkRate: shape.linkRate, measuredSeconds: measurement.median,
            predictedSeconds: seconds, error: error.flatMap { $0.isFinite ? $0 : nil }, why: why)
    }

    /// What a model has of a point that it was fitted to: no prediction.
    init(fittedBy model: StepModel, _ measurement: Measurement) {
        let seconds = model.stepSeconds(measurement.shape)
        self.init(measurement, seconds: seconds.isFinite ? seconds : nil, why: nil)
    }

    init(_ measurement: Measurement, predictedBy model: StepModel) {
        let objection = model.objection(to: measurement.shape)
        self.init(
            measurement, seconds: objection == nil ? model.stepSeconds(measurement.shape) : nil, why: objection)
    }
}

extension Measurement {
    var observation: StepModel.Observation {
        .step(
            shape, seconds: median, phases: phases,
            variance: LeastSquares.Equation.Repeats(of: stepSeconds))
    }
}

extension LeastSquares.Equation.Repeats {
    /// Of their median, relative to it; nil of fewer than two.
    init?(of seconds: [Double]) {
        guard let variance = Statistics.medianVariance(seconds) else { return nil }
        self.init(variance: variance, freedom: seconds.count - 1)
    }
}

extension ScalingStudy {
    /// The most that a measured node has; 1 where no point says.
    var coresPerNode: Int {
        measurements.filter { $0.setting.source == .measured }.flatMap(\.points).compactMap(\.coresPerNode).max() ?? 1
    }
}

extension StepModel {
    var record: [ModelRecord.FittedParameter] {
        Parameter.allCases.filter { !$0.isOfFactors || fit.occurs[$0.rawValue] }.map { parameter in
            let standing = standing(parameter)
            return ModelRecord.FittedParameter(
                name: parameter.name, meaning: parameter.meaning,
                value: standing == .identified ? self[parameter] : nil,
                halfWidth: standing == .identified ? halfWidth(parameter) : nil,
                unit: parameter.isRatio ? "1" : "s", standing: standing.name, why: standing.why)
        }
    }

    /// The model with what was told of the network between nodes, the link rate to predict for, and where all comes from.
    ///
    /// What a byte costs besides the wire is the hosts', and stays as measured.
    func completed(with cluster: Cluster, fastestRate: Double?) -> (model: StepModel, linkRate: Double?, source: String)
    {
        var model = self
        let isMeasured = fit.occurs[Parameter.farMessage.rawValue]
        let unknown = isMeasured ? "as measured" : "not measured"
        var latency = "latency \(unknown)"
        var rate = "links \(unknown)" + (isMeasured && fastestRate != nil ? " at the fastest rate" : "")
        if let seconds = cluster.latency {
            model.give(.farMessage, seconds)
            latency = "latency given"
        }
        if cluster.linkRate != nil {
            if !isMeasured { model.givePerfectLinks() }
            rate = "link rate given"
        }
        return (model, cluster.linkRate ?? fastestRate, "\(latency), \(rate)")
    }

    /// The model for the network that a simulated point names.
    func of(_ measurement: Measurement) -> StepModel {
        guard let point = measurement.points.first else { return self }
        var model = self
        if let latency = point.latency { model.give(.farMessage, latency) }
        if point.linkRate != nil { model.givePerfectLinks() }
        return model
    }
}
