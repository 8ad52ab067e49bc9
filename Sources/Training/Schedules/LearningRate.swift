/// The learning rate of every step: a function of the step's number in the run and of nothing else, so the same for all workers and
/// where a run is resumed.
///
/// Of the first N steps, the warm-up, step n has rate · n/N; the schedule begins after them.
struct LearningRate: Sendable {
    /// What the schedule starts from.
    let full: Double
    private let schedule: Schedule
    private let warmupSteps: Int
    /// Of an epoch, and of all the run's.
    private let stepsInEpoch: Int
    private let steps: Int

    init(
        _ full: Double, schedule: Schedule = .constant, warmup: EpochsOrSteps? = nil, stepsInEpoch: Int, epochs: Int
    ) {
        (self.full, self.schedule, self.stepsInEpoch) = (full, schedule, stepsInEpoch)
        warmupSteps = warmup?.steps(inEpoch: stepsInEpoch) ?? 0
        steps = stepsInEpoch * epochs
    }

    /// Of a step of the run, from 1.
    func ofStep(_ step: Int) -> Double {
        guard step > warmupSteps else { return full * (Double(step) / Double(warmupSteps)) }
        let place = SchedulePlace(
            step: step - warmupSteps - 1, steps: max(1, steps - warmupSteps),
            epoch: (step - 1) / stepsInEpoch - warmupSteps / stepsInEpoch)
        return full * schedule.factor(at: place)
    }
}
