import Cluster
import Datasets
import Networks
import Resources
import Storage

extension Run {
    /// Refuses a run whose workers' matrices no memory holds; what is a little too large only the system can tell.
    ///
    /// Collective. - Throws: `.internalError` on every rank, with both numbers.
    static func requireMemory(
        for configuration: Configuration, _ slicing: Slicing, _ dataset: NodeDataset, _ team: Team,
        _ processes: Processes
    ) throws {
        let block = EvaluationSets.blockSize
        let whole = slicing.largest(ofBatch: min(configuration.batchSize, dataset.train.count))
        let slice = configuration.optimizer.isOfMinibatches ? whole : min(whole, GradientMethod.pieceSamples)
        let samples = slice + SampleSet.allCases.reduce(0) { $0 + min(block, dataset[$1]?.count ?? 0) }
        let bytes =
            configuration.topology.matrixBytes(samples: samples, of: Scalar.self) * Double(team.workersOnNode)
        try processes.agree {
            guard bytes > Double(Memory.bytes) else { return }
            throw Failure(
                .internalError,
                "the matrices of \(team.workersOnNode) workers take more than \(GradientCost.size(bytes)) of memory, there are "
                    + "\(GradientCost.size(Double(Memory.bytes))): give fewer --threads, more --slices or a smaller "
                    + "--batch-size")
        }
    }
}
