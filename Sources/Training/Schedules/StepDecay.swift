import Kernels

/// Every so many epochs the rate is multiplied by a factor: PyTorch's `StepLR`, by epoch.
///
///     factor^⌊epoch / epochs⌋
struct StepDecay: RateSchedule {
    static let name = "step"
    static let parameters = [ScheduleParameter.epochs, .factor]
    static let summary = "times FACTOR every EPOCHS epochs"

    private let epochs: Int
    private let factor: Double

    init(_ values: [Double]) { (epochs, factor) = (Int(values[0]), values[1]) }

    func factor(at place: SchedulePlace) -> Double { Functions.pow(factor, Double(place.epoch / epochs)) }
}
