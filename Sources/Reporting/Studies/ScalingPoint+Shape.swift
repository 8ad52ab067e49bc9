extension StepShape {
    /// The shape of a training point; nil where it does not say all.
    public init?(_ point: ScalingPoint) {
        guard point.kind != .communication, let batchSize = point.batchSize, let slices = point.slices,
            let parameters = point.parameters
        else { return nil }
        self.init(
            nodes: point.nodes, ranks: point.ranks, threads: point.threads,
            batchSize: min(batchSize, point.samples ?? batchSize), slices: slices, parameters: parameters,
            work: StepWork(point), isExact: point.reduction != "allreduce", isDouble: point.precision == "float64",
            linkRate: point.nodes > 1 ? point.linkRate : nil,
            algorithm: point.allreduceAlgorithm.flatMap(Algorithm.init) ?? .rabenseifner)
    }
}

extension StepWork {
    /// What a training point's steps compute.
    fileprivate init(_ point: ScalingPoint) {
        let outputs = point.model?.split(separator: "x").last.flatMap { Int($0) } ?? 1
        self =
            switch (point.optimizer, point.tries) {
            case ("lm", let tries?): .curvature(outputs: outputs, tries: tries)
            case ("lbfgs", let tries?): .search(gradients: tries)
            default: .gradient
            }
    }
}
