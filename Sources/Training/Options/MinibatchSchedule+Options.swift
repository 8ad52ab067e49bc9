import Datasets

extension MinibatchSchedule {
    /// Of a run of these options, on so many samples.
    public init(_ options: Configuration, sampleCount: Int) {
        self.init(
            sampleCount: sampleCount, batchSize: options.batchSize, seed: options.seed, shuffled: options.shuffle)
    }
}
