import Kernels

/// Half a cosine, step by step from the rate to 0 after the run's last step; of step t, from 0, of T:
///
///     (1 + cos(π · t / T)) / 2
///
/// - SeeAlso: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017, equation (5).
struct CosineDecay: RateSchedule {
    static let name = "cosine"
    static let summary = "half a cosine, from the rate to 0 over the run"
    static let spansRun = true

    init(_: [Double]) {}

    func factor(at place: SchedulePlace) -> Double {
        (1 + Functions.cos(Double.pi * Double(place.step) / Double(place.steps))) / 2
    }
}
