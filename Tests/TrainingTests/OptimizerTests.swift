import Testing

@testable import Training

/// Each optimiser's options, and what goes with what: all derived from the list.
@Suite struct OptimizerTests {
    @Test func namesAreThoseOfTheList() {
        #expect(Optimizer.allCases.map(\.rawValue) == ["sgd", "adam", "genetic"])
        for optimizer in Optimizer.allCases {
            #expect(Optimizer(rawValue: optimizer.rawValue) == optimizer)
            #expect(Optimizer.summaries.contains("\(optimizer.rawValue): "))
            #expect(optimizer.fault(in: optimizer.defaults) == nil)
        }
        #expect(Optimizer(rawValue: "Adam") == nil && Optimizer(rawValue: "") == nil)
    }

    /// Every option of one, given to another.
    @Test(arguments: Optimizer.allCases, ["--momentum", "--nesterov", "--beta1", "--beta2"])
    func optionsOfAnother(_ optimizer: Optimizer, name: String) throws {
        let has = optimizer.defaults.own.contains { $0.name == name && $0.value != nil }
        var options = optimizer.defaults
        switch name {
        case "--momentum": options.momentum = 0.5
        case "--nesterov": options.nesterov = true
        case "--beta1": options.beta1 = 0.5
        default: options.beta2 = 0.5
        }
        let fault = optimizer.fault(in: options)
        #expect(has == (fault == nil))
        if let fault {
            #expect(
                fault.hasPrefix("\(name) goes with --optimizer ") && fault.hasSuffix("not with \(optimizer.rawValue)"))
        }
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

    /// Vectors have names that tell them and their tensors in a file apart from the weights and from one another.
    @Test(arguments: Optimizer.allCases) func vectorsHaveNames(_ optimizer: Optimizer) {
        #expect(Set(optimizer.state + ["weights"]).count == optimizer.state.count + 1)
        #expect((optimizer.make(optimizer.defaults) == nil) == (optimizer == .genetic))
    }
}
