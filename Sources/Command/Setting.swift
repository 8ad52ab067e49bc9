import ArgumentParser
import Training

/// An option of `train` that sets a member of `Configuration` where it is given.
struct Setting<Options> {
    /// On the command line.
    let name: String
    let isGiven: (Options) -> Bool
    let apply: (Options, inout Configuration) -> Void

    private init(_ name: String, _ value: @escaping (Options) -> ((inout Configuration) -> Void)?) {
        self.name = name
        isGiven = { value($0) != nil }
        apply = { options, configuration in value(options)?(&configuration) }
    }

    init<Value>(
        _ name: String, _ option: KeyPath<Options, Value?>, _ member: WritableKeyPath<Configuration, Value>
    ) {
        self.init(name) { options in options[keyPath: option].map { value in { $0[keyPath: member] = value } } }
    }

    /// A member that not every run has.
    init<Value>(
        _ name: String, _ option: KeyPath<Options, Value?>, _ member: WritableKeyPath<Configuration, Value?>
    ) {
        self.init(name) { options in options[keyPath: option].map { value in { $0[keyPath: member] = value } } }
    }

    /// A flag, and what it stands for.
    init<Value>(
        _ name: String, _ flag: KeyPath<Options, Bool>, _ member: WritableKeyPath<Configuration, Value>,
        is value: Value
    ) {
        self.init(name) { $0[keyPath: flag] ? { $0[keyPath: member] = value } : nil }
    }
}

/// Options of a run. None has a default of its own: what is not given is as `Configuration` has it, or as the run that is
/// resumed.
///
/// An option is a property, which says what it is, and a line in `settings`, which says what it sets.
protocol RunOptions: ParsableArguments {
    static var settings: [Setting<Self>] { get }
}

extension RunOptions {
    /// Puts what was given in place of what is there.
    func apply(to configuration: inout Configuration) {
        for setting in Self.settings { setting.apply(self, &configuration) }
    }

    /// The names of those that were given.
    var given: [String] { Self.settings.filter { $0.isGiven(self) }.map(\.name) }
}

/// Options under a title of their own in the help of `train`.
protocol TitledOptions: RunOptions {
    static var title: String { get }
    /// A command line, without the program's name, that shows some of them.
    static var example: String { get }
}
