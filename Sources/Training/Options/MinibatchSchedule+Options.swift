import Datasets

extension MinibatchSchedule {
    /// Of a run of these options, on so many samples.
    public init(_ options: Configuration, sampleCount: Int) {
        // A step of the whole set goes on from the last one's sums, which are by the order of the samples.
        let isOneStep = !options.optimizer.isOfMinibatches && options.batchSize >= sampleCount
        self.init(
            sampleCount: sampleCount, batchSize: options.batchSize, seed: options.seed,
            shuffled: options.shuffle && !isOneStep)
    }
}
