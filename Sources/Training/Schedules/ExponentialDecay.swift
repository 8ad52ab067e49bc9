import Kernels

/// Every epoch the rate is multiplied by a factor: PyTorch's `ExponentialLR`, by epoch.
///
///     factor^epoch
struct ExponentialDecay: RateSchedule {
    static let name = "exponential"
    static let parameters = [ScheduleParameter.factor]
    static let summary = "times FACTOR every epoch"

    private let factor: Double

    init(_ values: [Double]) { factor = values[0] }

    func factor(at place: SchedulePlace) -> Double { Functions.pow(factor, Double(place.epoch)) }
}
