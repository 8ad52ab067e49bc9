import Foundation
import Kernels
import Testing

@testable import Networks

/// What this program defines, once.
enum Own {
    static let swish = try! Activation.define("swish2") { h in h * sigmoid(2 * h) }
    static let leaky = try! Activation.define("own-leaky") { h in choose(h .> 0, h, 0.01 * h) }
    static let logistic = try! Activation.define("own-sigmoid") { h in 1 / (1 + exp(-h)) }
    static let logCosh = try! Loss.define("log-cosh", activations: [.linear, .tanh, swish, leaky]) { a, t in
        softplus(-2 * (a - t)) + (a - t) - 0.6931471805599453
    }
    static let squares = try! Loss.define("own-mse") { a, t in (a - t) * (a - t) }
    /// With kinks, and a sum over outputs.
    static let deviation = try! Loss.define("own-mae", isMean: false) { a, t in abs(a - t) }
}

/// Activations and losses that a program defines: as the library's own.
@Suite struct OwnFunctionTests {
    static let topologies = [[4, 3], [5, 4, 3], [5, 4, 3, 2], [4, 3, 5, 3, 4]].map { Topology(sizes: $0)! }

    @Test(arguments: topologies, [Own.logCosh, Own.squares, Own.deviation])
    func enginesAgreeWithDifferences(topology: Topology, loss: Loss) {
        for (hidden, output) in [(Own.swish, Activation.linear), (Own.leaky, Own.swish), (Activation.relu, Own.leaky)] {
            let network = Network(topology, hidden: HiddenActivations(hidden), head: Head(output, loss))
            let isSquare = topology.inputCount == topology.outputCount
            for target in [Target.labels, .numbers] + (isSquare ? [.inputs] : []) {
                let problem = GradientProblem(network, seed: 2, sampleCount: 5, target: target)
                let check = GradientCheck(problem)
                #expect(check.passed, "\(target): \(check)")
                #expect(check.comparisons.contains { $0.second == "central differences" && $0.verdict == .passed })
                let other = GradientCheck(
                    GradientProblem(network, seed: 5, sampleCount: 7, target: target, weighted: true, dropout: 0.3))
                #expect(other.passed, "weighted, with dropout, \(target): \(other)")
            }
        }
    }

    /// The same operations in the same order: the bits of the library's, but for sums of terms.
    @Test(arguments: precisions, GradientMethod.layered)
    func copiesGiveWhatTheLibraryGives(_ precision: any Real.Type, method: GradientMethod) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let topology = Topology(sizes: [40, 17, 9, 5])!
            let batch = (0..<UInt32(61)).map { $0 }
            for target in [Target.labels, .numbers] {
                func share(_ hidden: Activation, _ output: Activation, _ loss: Loss) -> Computed<Scalar> {
                    let network = Network(topology, hidden: HiddenActivations(hidden), head: Head(output, loss))
                    let problem = GradientProblem(network, seed: 3, sampleCount: batch.count, target: target)
                    let engine = method.makeEngine(
                        network, samples: problem.samples, capacity: batch.count, as: Scalar.self)
                    return Computed(engine, problem)
                }
                let unit = Double(Scalar.ulpOfOne)
                let (copy, original) = (share(Own.leaky, Own.leaky, Own.squares), share(.leakyReLU, .leakyReLU, .mse))
                #expect(sameBits(copy.gradient, original.gradient), "\(target)")
                #expect(abs(copy.loss / original.loss - 1) <= 400 * unit)
                let (smooth, sigmoid) = (
                    share(Own.logistic, Own.logistic, Own.squares), share(.sigmoid, .sigmoid, .mse)
                )
                #expect(smooth.difference(from: sigmoid, topology) <= 1000 * unit, "\(target)")
                #expect(abs(smooth.loss / sigmoid.loss - 1) <= 400 * unit)
            }
        }
        check(precision)
    }

    /// A layer's bits are each sample's own, wherever it stands.
    @Test(arguments: precisions) func placesDoNotShow(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let network = Network(Topology(sizes: [6, 70, 3])!, hidden: HiddenActivations(Own.swish))
            let problem = GradientProblem(network, seed: 1, sampleCount: 40)
            let parameters = Buffer((0..<network.topology.parameterCount).map { Scalar(problem.parameters[$0]) })
            func outputs(_ batch: [UInt32]) -> [[Scalar]] {
                let pass = ForwardPass<Scalar>(network, samples: problem.samples, capacity: batch.count)
                batch.withUnsafeBufferPointer { pass.run($0, parameters: parameters.base) }
                return batch.indices.map { pass.output($0) }
            }
            let all = outputs((0..<40).map { $0 })
            for sample in [UInt32(0), 17, 39] {
                #expect(sameBits(outputs([sample])[0], all[Int(sample)]))
                #expect(sameBits(outputs([3, sample, 5])[1], all[Int(sample)]))
            }
        }
        check(precision)
    }

    @Test func jacobians() {
        let network = Network(
            Topology(sizes: [5, 6, 4, 3])!, hidden: HiddenActivations(Own.swish), head: Head(Own.leaky, Own.logCosh))
        let problem = GradientProblem(network, seed: 4, sampleCount: 3, target: .numbers)
        let jacobian = Jacobian<Double>(network, samples: problem.samples)
        var matrices = [Double](repeating: .nan, count: 3 * 3 * 5)
        matrices.withUnsafeMutableBufferPointer {
            jacobian.matrices(of: problem.batch, parameters: problem.parameters, into: $0.baseAddress!)
        }
        for sample in 0..<3 {
            matrices[sample * 15..<(sample + 1) * 15].withUnsafeBufferPointer {
                let check = JacobianCheck(
                    $0, of: UInt32(sample), in: problem.samples, network, parameters: problem.parameters)
                #expect(check.passed, "\(check)")
            }
        }
    }

    @Test func namesLikeTheLibrarys() throws {
        #expect(Activation(named: "swish2") == Own.swish && Loss(named: "log-cosh") == Own.logCosh)
        #expect(Activation.names.contains("swish2") && Loss.names.contains("log-cosh"))
        let hidden = try #require(HiddenActivations("relu,\(Own.swish)"))
        #expect(hidden.of(2) == Own.swish)
        let text = try JSONEncoder().encode([hidden])
        #expect(String(decoding: text, as: UTF8.self) == #"["relu,swish2"]"#)
        #expect(try JSONDecoder().decode([HiddenActivations].self, from: text) == [hidden])
        #expect(Loss.mse.takes(Own.swish) && Loss.huber.takes(Own.leaky) && !Loss.crossEntropy.takes(Own.swish))
        #expect(Own.squares.takes(.linear) && Own.squares.takes(Own.swish) && !Own.squares.takes(.softmax))
        #expect(!Own.logCosh.takes(.relu) && Own.logCosh.usualActivation(for: .numbers) == .linear)
        #expect(Network.definitions.contains("activation swish2: input(0)"), "\(Network.definitions)")
    }

    /// Of what a record names, and this program does not have.
    @Test func unknownNamesInRecords() {
        func message<Value: Decodable>(_: Value.Type) -> String {
            do {
                _ = try JSONDecoder().decode([Value].self, from: Data(#"["nobodys"]"#.utf8))
                return "decoded"
            } catch {
                return "\(error)"
            }
        }
        for text in [message(HiddenActivations.self), message(Activation.self), message(Loss.self)] {
            #expect(text.contains("'nobodys' is not one of") && text.contains("one of a program's own"), "\(text)")
        }
        #expect(HiddenActivations.fault("nobodys")?.contains("program") == false)
    }

    @Test(arguments: [
        "relu", "softmax", "own-leaky", "", "Swish", "a,b", "a b", "-a", "a-", "a--b", "2a", "naïve", "a:1",
        "quantile:0.9",
    ])
    func refusedNames(name: String) {
        _ = Own.leaky
        #expect(throws: DefinitionFault.self) { try Activation.define(name) { h in h } }
        #expect(!Activation.own.contains { $0.name == name && name != "own-leaky" })
        if name == "own-leaky" { return }
        #expect(throws: DefinitionFault.self) {
            try Loss.define(name == "relu" ? "mse" : name == "softmax" ? "mae" : name) { a, t in a - t }
        }
    }

    @Test func outputsThatMix() {
        #expect(throws: DefinitionFault.self) { try Loss.define("mixing", activations: [.softmax]) { a, t in a - t } }
        #expect(Loss(named: "mixing") == nil)
    }

    @Test func fromManyThreads() {
        let refused = (0..<40).map { _ in LockedFlag() }
        DispatchQueue.concurrentPerform(iterations: 40) { index in
            do { try Activation.define("thread-\(index % 20)") { h in h } } catch { refused[index].set() }
        }
        #expect(refused.count { $0.isSet } == 20)
        #expect((0..<20).allSatisfy { Activation(named: "thread-\($0)") != nil })
    }

    /// What a run is warned by: whether outputs do better than constants.
    @Test func bestConstants() {
        let function = Own.deviation.forms[0].function
        #expect(function.constantTerm([0, 0, 0, 8]) == 2 && function.leastTerm(3) == 0)
    }
}

private final class LockedFlag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false
    func set() { lock.withLock { value = true } }
    var isSet: Bool { lock.withLock { value } }
}
