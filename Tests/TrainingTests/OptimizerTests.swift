import Testing

@testable import Training

/// Each optimiser's options, and what goes with what: all derived from the list.
@Suite struct OptimizerTests {
    @Test func namesAreThoseOfTheList() {
        #expect(Optimizer.allCases.map(\.rawValue) == ["sgd", "adam", "adamw", "lm", "lbfgs", "genetic"])
        for optimizer in Optimizer.allCases {
            #expect(Optimizer(rawValue: optimizer.rawValue) == optimizer)
            #expect(Optimizer.summaries.contains("\(optimizer.rawValue): "))
            #expect(optimizer.fault(in: optimizer.defaults) == nil)
        }
        #expect(Optimizer(rawValue: "Adam") == nil && Optimizer(rawValue: "") == nil)
    }

    /// Every option of one, given to another.
    @Test(arguments: Optimizer.allCases, OptimizerOptions.list.map(\.name))
    func optionsOfAnother(_ optimizer: Optimizer, name: String) throws {
        let option = try #require(OptimizerOptions.list.first { $0.name == name })
        var options = optimizer.defaults
        switch name {
        case "--learning-rate": options.learningRate = 0.5
        case "--momentum": options.momentum = 0.5
        case "--nesterov": options.nesterov = true
        case "--beta1": options.beta1 = 0.5
        case "--beta2": options.beta2 = 0.5
        case "--weight-decay": options.weightDecay = 0.5
        case "--damping": options.damping = 0.5
        case "--gradient-tolerance": options.gradientTolerance = 0.5
        case "--history": options.history = 1
        default: Issue.record("\(name) is not tried")
        }
        #expect(option.value(options) == (["--nesterov", "--history"].contains(name) ? 1 : 0.5))
        let fault = optimizer.fault(in: options)
        #expect((option.value(optimizer.defaults) != nil) == (fault == nil))
        if let fault {
            #expect(
                fault.hasPrefix("\(name) goes with --optimizer ") && fault.hasSuffix("not with \(optimizer.rawValue)"))
        }
    }

    /// All defaults of an option, each with those whose it is.
    @Test func defaultsForTheHelp() {
        #expect(Optimizer.defaults(of: \.learningRate) == "default: 10.0; adam, adamw: 0.001")
        #expect(Optimizer.defaults(of: \.momentum) == "default: 0.5")
        #expect(Optimizer.defaults(of: \.beta1) == "default: 0.9")
        #expect(Optimizer.defaults(of: \.weightDecay) == "default: 0.0; adamw: 0.01")
        #expect(Optimizer.defaults(of: \.history) == "default: 10")
        #expect(Optimizer.defaults(of: { _ in nil as Int? }) == "default: none")
    }

    @Test(arguments: Optimizer.allCases, [-0.1, -Double.infinity, .nan])
    func decayIsNotNegative(_ optimizer: Optimizer, value: Double) {
        var options = optimizer.defaults
        options.weightDecay = value
        #expect(optimizer.fault(in: options) == "--weight-decay must be at least 0, not \(value)")
    }

    @Test func nesterovNeedsMomentum() {
        var options = Optimizer.sgd.defaults
        options.nesterov = true
        #expect(Optimizer.sgd.fault(in: options) == nil)
        options.momentum = 0
        #expect(Optimizer.sgd.fault(in: options)?.hasPrefix("--nesterov") == true)
    }

    @Test(arguments: [-0.1, 1, 1.5, Double.nan]) func betasThatAreNone(value: Double) {
        let adam = Optimizer(rawValue: "adam")!
        for name in ["--beta1", "--beta2"] {
            var options = adam.defaults
            if name == "--beta1" { options.beta1 = value } else { options.beta2 = value }
            #expect(adam.fault(in: options)?.hasPrefix(name) == true)
        }
    }

    @Test(arguments: [0, -1, 1001]) func aHistoryThatIsNone(count: Int) {
        var options = Configuration()
        options.choose(.lbfgs)
        #expect(options.fault == nil && options.precision == .float64)
        options.history = count
        #expect(options.fault == "--history must be at least 1 and at most 1000, not \(count)")
    }

    /// Vectors have names that tell them and their tensors in a file apart from the weights and from one another.
    @Test(arguments: Optimizer.allCases) func vectorsHaveNames(_ optimizer: Optimizer) {
        let state = optimizer.state(optimizer.defaults)
        #expect(Set(state + ["weights"]).count == state.count + 1)
        #expect((optimizer.make(optimizer.defaults) != nil) == optimizer.isOfMinibatches)
    }
}
