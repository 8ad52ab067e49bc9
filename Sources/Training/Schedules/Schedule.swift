import Networks

/// How the learning rate goes on over a run, once it is warm: one of a list, with its numbers.
public struct Schedule: Sendable, Equatable, TextCoded {
    /// All, the default first.
    private static let list: [any RateSchedule.Type] = [
        ConstantRate.self, StepDecay.self, ExponentialDecay.self, CosineDecay.self,
    ]

    public static let constant = Schedule(ConstantRate.self, [])

    /// Its name and its numbers, as it is asked for: `step:2:0.5`.
    public let description: String
    private let curve: any RateSchedule

    private init(_ type: any RateSchedule.Type, _ values: [Double]) {
        let numbers = values.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
        description = ([type.name] + numbers).joined(separator: ":")
        curve = type.init(values)
    }

    public init?(_ text: String) {
        guard case .success(let schedule) = Self.read(text) else { return nil }
        self = schedule
    }

    public static func refusal(of text: String) -> String {
        switch read(text) {
        case .success: "'\(text)' is a schedule"
        case .failure(let refusal): refusal.reason
        }
    }

    private struct Refusal: Error { let reason: String }

    private static func read(_ text: String) -> Result<Schedule, Refusal> {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let type = list.first(where: { $0.name == parts[0] }) else {
            return .failure(Refusal(reason: "'\(text)' is no schedule: expected \(forms.joined(separator: ", "))"))
        }
        let form = form(of: type)
        guard parts.count == type.parameters.count + 1 else {
            return .failure(Refusal(reason: "'\(text)' is no schedule: expected \(form)"))
        }
        var values: [Double] = []
        for (parameter, part) in zip(type.parameters, parts.dropFirst()) {
            guard let value = parameter.value(part) else {
                return .failure(
                    Refusal(reason: "\(parameter.name) of \(form) must be \(parameter.expected), not '\(part)'"))
            }
            values.append(value)
        }
        return .success(Schedule(type, values))
    }

    /// `step:EPOCHS:FACTOR`
    private static func form(of type: any RateSchedule.Type) -> String {
        ([type.name] + type.parameters.map(\.name)).joined(separator: ":")
    }

    /// How each is asked for.
    public static var forms: [String] { list.map(form) }

    /// All, each with what it is, for the help.
    public static var summaries: String { list.map { "\(form(of: $0)): \($0.summary)" }.joined(separator: "; ") }

    public static func == (a: Schedule, b: Schedule) -> Bool { a.description == b.description }

    /// Whether it goes over the run's epochs: with others every rate would be another.
    public var spansRun: Bool { type(of: curve).spansRun }

    func factor(at place: SchedulePlace) -> Double { curve.factor(at: place) }
}
