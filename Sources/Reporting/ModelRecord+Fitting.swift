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
            return measured.filter(isHeldOut).map { Comparison($0, rest) }
        }
        let farRates = Set(measured.filter { $0.shape.nodes > 1 }.compactMap(\.shape.linkRate)).sorted()
        let known = model.completed(with: cluster, fastestRate: farRates.last)
        let nodes = cluster.workersPerNode ?? study.coresPerNode
        let shape = study.base(.strong)?.shape ?? first.shape
        let most = measured.map(\.shape.slices).max() ?? 8
        let batches = cluster.batchSizes ?? [shape.batchSize]
        let forecasts = batches.map {
            Forecasting(
                model: known.model, shape: shape, batchSize: $0, workersPerNode: nodes, leastSlices: most,
                linkRate: known.linkRate)
        }
        let record = ModelRecord(
            model: study.subject.model, precision: study.subject.precision, gradient: study.subject.gradient,
            parameters: model.record,
            fit: measured.map { Comparison($0, model) },
            leaveOneOut: measured.count < 2
                ? [] : measured.flatMap { one in validation { $0.setting == one.setting } },
            leaveOneLinkRateOut: farRates.count < 3
                ? [] : farRates.flatMap { rate in validation { $0.shape.linkRate == rate && $0.shape.nodes > 1 } },
            simulated: study.simulated.map { Comparison($0, model.of($0)) },
            cluster: Cluster(
                latency: known.model[.farMessage], linkRate: known.linkRate, workersPerNode: nodes,
                batchSizes: batches),
            clusterSource: known.source, forecasts: forecasts.flatMap(\.forecasts), limits: forecasts.map(\.limit))
        return (record, model)
    }
}

extension ModelRecord.Comparison {
    init(_ measurement: Measurement, _ model: StepModel) {
        let shape = measurement.shape
        let predicted = model.stepSeconds(shape)
        self.init(
            layout: measurement.layout, kind: measurement.setting.kind.rawValue,
            source: measurement.setting.source.rawValue, reduction: shape.isExact ? "exact" : "allreduce",
            batchSize: shape.batchSize, linkRate: shape.linkRate, measuredSeconds: measurement.median,
            predictedSeconds: predicted, error: predicted / measurement.median - 1, known: model.knows(shape))
    }
}

extension Measurement {
    var observation: StepModel.Observation {
        .step(shape, seconds: median, computeSeconds: phases?.compute)
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
        Parameter.allCases.map {
            ModelRecord.FittedParameter(
                name: $0.name, meaning: $0.meaning, value: self[$0], unit: $0.isRatio ? "1" : "s",
                known: known.contains($0))
        }
    }

    /// The model with a network between nodes: the given one, else the fitted one, else an assumed one.
    func completed(with cluster: Cluster, fastestRate: Double?) -> (model: StepModel, linkRate: Double?, source: String)
    {
        var model = self
        let isFitted = known.contains(.farMessage) && self[.farMessage] + self[.farByte] + self[.farWire] > 0
        if let latency = cluster.latency { model[.farMessage] = latency }
        if let rate = cluster.linkRate {
            // What a byte costs besides the wire is the hosts', and stays.
            if model[.farWire] == 0 { model[.farWire] = 1 }
            if !known.contains(.farWire) { model[.farByte] = 0 }
            let source = isFitted ? (cluster.latency == nil ? "link rate given, the rest fitted" : "given") : "given"
            if !isFitted && cluster.latency == nil { model[.farMessage] = Cluster.assumedLatency }
            return (model, rate, isFitted || cluster.latency != nil ? source : "link rate given, latency assumed")
        }
        if isFitted && self[.farWire] == 0 { return (model, nil, cluster.latency == nil ? "fitted" : "latency given") }
        if isFitted {
            return (model, fastestRate ?? Cluster.assumedLinkRate, "fitted, at the fastest measured link rate")
        }
        if cluster.latency == nil { model[.farMessage] = Cluster.assumedLatency }
        model[.farWire] = 1
        return (
            model, Cluster.assumedLinkRate,
            cluster.latency == nil ? "assumed: nothing was measured between nodes" : "latency given, link rate assumed"
        )
    }

    /// The model for the network that a simulated point names.
    func of(_ measurement: Measurement) -> StepModel {
        guard let point = measurement.points.first else { return self }
        var model = self
        if let latency = point.latency {
            model[.farMessage] = latency
            model.known.insert(.farMessage)
        }
        if point.linkRate != nil {
            model[.farWire] = 1
            model[.farByte] = 0
            model.known.formUnion([.farWire, .farByte])
        }
        return model
    }
}
