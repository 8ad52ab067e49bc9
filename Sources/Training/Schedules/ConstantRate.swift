/// The rate stays.
struct ConstantRate: RateSchedule {
    static let name = "constant"
    static let summary = "the rate stays"

    init(_: [Double]) {}

    func factor(at _: SchedulePlace) -> Double { 1 }
}
