/// How the learning rate goes on over a run: a file of this folder each, and a line in `Schedule`'s list.
///
/// It has numbers and no memory: the same on all workers, and where a run is resumed.
protocol RateSchedule: Sendable {
    /// As users call it.
    static var name: String { get }
    /// The numbers that follow its name.
    static var parameters: [ScheduleParameter] { get }
    /// What the help says of it.
    static var summary: String { get }
    /// Whether it goes over the run's epochs: with others every rate would be another.
    static var spansRun: Bool { get }

    /// By the parameters' values, in their order.
    init(_ values: [Double])

    /// What the rate is multiplied by, from the project's own functions alone: the same bits on every CPU.
    func factor(at place: SchedulePlace) -> Double
}

extension RateSchedule {
    static var parameters: [ScheduleParameter] { [] }
    static var spansRun: Bool { false }
}

/// Where a step stands in a schedule, which begins after the warm-up.
struct SchedulePlace {
    /// Steps since the schedule began, from 0; and those that it has over the run's epochs, at least 1.
    let step: Int
    let steps: Int
    /// Epochs that have ended since the schedule began, the one in which it did included.
    let epoch: Int
}

/// A number of a schedule.
enum ScheduleParameter {
    case epochs, factor

    var name: String {
        switch self {
        case .epochs: "EPOCHS"
        case .factor: "FACTOR"
        }
    }

    var expected: String {
        switch self {
        case .epochs: "a whole number from 1 to \(Self.mostEpochs)"
        case .factor: "a finite number above 0"
        }
    }

    private static let mostEpochs = 1 << 30

    /// nil where it cannot be that.
    func value(_ text: Substring) -> Double? {
        switch self {
        case .epochs: Int(text).flatMap { (1...Self.mostEpochs).contains($0) ? Double($0) : nil }
        case .factor: Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        }
    }
}
