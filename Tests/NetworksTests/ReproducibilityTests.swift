import Kernels
import Networks
import Testing

/// A slice's bits depend on the parameters and the samples alone.
@Suite struct ReproducibilityTests {
    @Test(arguments: precisions, Exercise.few)
    func whatTheEngineDidBeforeDoesNotMatter(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            let otherParameters = network.topology.parameters(seed: 99, as: Scalar.self)
            let broken = Buffer(Array(repeating: Scalar.nan, count: slice.parameters.count))
            let batch = Array(slice.batch.prefix(max(1, network.count - 5)))
            for method in GradientMethod.layered {
                for compressed in [false, true] {
                    let fresh = slice.engine(method, compressed: compressed)
                    let expected = fresh.share(batch, parameters: slice.parameters)
                    let used = slice.engine(method, compressed: compressed)
                    _ = used.share(slice.batch, parameters: otherParameters)
                    _ = used.share(slice.batch, parameters: broken)
                    _ = used.share(Array(slice.batch.prefix(1)), parameters: otherParameters)
                    _ = used.share([], minibatchSize: 1, parameters: otherParameters)
                    let share = used.share(batch, parameters: slice.parameters)
                    #expect(sameBits(share.gradient, expected.gradient), "\(method), compressed \(compressed)")
                    #expect(share.loss == expected.loss)
                    #expect(share.gradient.allSatisfy { $0.isFinite })
                }
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, Exercise.few)
    func neitherAddressesNorCapacityMatter(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            for method in GradientMethod.layered {
                for compressed in [false, true] {
                    let engine = slice.engine(method, compressed: compressed)
                    let expected = engine.share(slice.batch, parameters: slice.parameters)
                    for shift in [1, 2, 3, 5, 8, 13] {
                        let parameters = network.topology.parameters(shift: shift, as: Scalar.self)
                        let other = Case<Scalar>(network)  // the samples elsewhere, too
                        let share = other.engine(method, compressed: compressed, capacity: network.count + shift)
                            .share(slice.batch, parameters: parameters, shift: (shift * 5) % 7)
                        #expect(sameBits(share.gradient, expected.gradient), "\(method), shift \(shift)")
                        #expect(share.loss == expected.loss)
                    }
                }
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, Exercise.few)
    func anEmptySliceGivesZeros(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            for method in GradientMethod.layered {
                let engine = slice.engine(method, compressed: true)
                let share = engine.share([], minibatchSize: 10, parameters: slice.parameters)
                #expect(share.loss == 0)
                #expect(sameBits(share.gradient, Array(repeating: 0, count: slice.parameters.count)))
            }
        }
        check(precision)
    }

    /// What is not a number reaches the gradient, where slices' sums find it.
    @Test(arguments: GradientMethod.layered)
    func notANumberReachesTheGradient(method: GradientMethod) {
        for network in Exercise.few {
            let slice = Case<Float>(network)
            let layer = network.topology.depth - 1
            slice.parameters.base[network.topology.biases(layer)] = .nan
            let share = slice.engine(method, compressed: true).share(slice.batch, parameters: slice.parameters)
            #expect(share.gradient[network.topology.biases(layer)].isNaN)
            #expect(share.loss.isNaN)
        }
    }
}
