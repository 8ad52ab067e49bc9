import Foundation
import Kernels
import Testing

@testable import Networks

/// The gradient check, as the command does it, of networks of one to four layers: all engines, in both precisions.
@Suite struct GradientCoverTests {
    /// Every head with some activation in the hidden layers; with FRONTPROP_GRADCHECK=all, as scripts/test.sh --full has it, with
    /// every one.
    private static func networks(_ topology: Topology) -> [Network] {
        guard ProcessInfo.processInfo.environment["FRONTPROP_GRADCHECK"] == "all" else {
            return Network.covering(topology)
        }
        return Head.all.flatMap { head in
            Activation.all.map { Network(topology, hidden: HiddenActivations($0), head: head) }
        }
    }

    @Test(arguments: [[4, 3], [4, 3, 2], [3, 4, 2, 3], [4, 2, 3, 3, 2]]) func everyEngine(sizes: [Int]) {
        let topology = Topology(sizes: sizes)!
        for network in Self.networks(topology) {
            for target in [Target.labels, .numbers] where network.head.form.targets.contains(target) {
                let check = GradientCheck(GradientProblem(network, seed: 41, sampleCount: 3, target: target))
                #expect(check.passed, "\(target) \(check)")
                // Four engines with each other, with themselves in float32 and with differences: the loss and each layer.
                #expect(check.comparisons.count == (6 + 4 + 4) * (1 + topology.depth))
            }
        }
    }

    /// A wrong number in float32 alone is found.
    @Test func findsWhatOnlyFloatsHave() {
        let problem = GradientProblem(Network(Topology(sizes: [5, 4, 3])!), seed: 1, sampleCount: 3)
        let other = GradientProblem(Network(Topology(sizes: [5, 4, 3])!), seed: 2, sampleCount: 3)
        let right = GradientMethod.backprop.makeEngine(
            problem.network, samples: problem.samples, capacity: 3, as: Double.self)
        let wrong = GradientMethod.backprop.makeEngine(
            problem.network, samples: other.samples, capacity: 3, as: Float.self)
        let check = GradientCheck(problem, engines: [("backprop", right)], singles: [("backprop", wrong)])
        let failed = check.comparisons.filter { $0.verdict == .failed }
        #expect(!failed.isEmpty && failed.allSatisfy { $0.second == "float32" }, "\(check)")
    }
}
