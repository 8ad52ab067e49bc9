import Kernels
import Networks
import RandomNumbers
import Testing

@Suite struct InitializerTests {
    private let topology = Topology(sizes: [100, 60, 10])!

    private func parameters<Scalar: Real>(
        _ initializer: Initializer, _ topology: Topology? = nil, seed: UInt64 = 1, as: Scalar.Type = Scalar.self
    ) -> [Scalar] {
        let topology = topology ?? self.topology
        var parameters = [Scalar](repeating: .nan, count: topology.parameterCount)
        initializer.fill(&parameters, of: topology, seed: seed)
        return parameters
    }

    /// Parameters of layer k times √fan_in.
    private func scaled(_ parameters: [Double], layer k: Int) -> [Double] {
        let end = topology.biases(k) + topology.sizes[k + 1]
        return parameters[topology.weights(k)..<end].map { $0 * Double(topology.sizes[k]).squareRoot() }
    }

    private func weights(_ parameters: [Double]) -> [Double] {
        (0..<topology.depth).flatMap { parameters[topology.weights($0)..<topology.biases($0)] }
    }

    /// Means of N numbers of variance V and fourth moment M lie within 5·√(V/N) of theirs, their squares' within
    /// 5·√((M − V²)/N): five standard deviations.
    private func expectMoments(_ numbers: [Double], variance: Double, fourth: Double) {
        let count = Double(numbers.count)
        let mean = numbers.reduce(0, +) / count
        let square = numbers.reduce(0) { $0 + $1 * $1 } / count
        #expect(abs(mean) < 5 * (variance / count).squareRoot())
        #expect(abs(square - variance) < 5 * ((fourth - variance * variance) / count).squareRoot())
    }

    @Test(arguments: [0, 1])
    func kaimingIsUniform(layer: Int) throws {
        let numbers = scaled(parameters(.kaiming), layer: layer)
        let limit = 1 + 2 * Double.ulpOfOne  // scaling and back rounds twice
        #expect(numbers.allSatisfy { abs($0) <= limit })
        // The largest of N uniform numbers is below 1 − 20/N once in e²⁰ times.
        #expect(try #require(numbers.max()) > 1 - 40 / Double(numbers.count))
        #expect(try #require(numbers.min()) < -1 + 40 / Double(numbers.count))
        expectMoments(numbers, variance: 1 / 3, fourth: 1 / 5)
    }

    @Test(arguments: [0, 1])
    func normalIsNormal(layer: Int) {
        let numbers = scaled(parameters(.normal), layer: layer)
        expectMoments(numbers, variance: 1, fourth: 3)
        // 31.7 % lie beyond one deviation.
        let (share, count) = (0.3173, Double(numbers.count))
        let beyond = Double(numbers.count { abs($0) > 1 }) / count
        #expect(abs(beyond - share) < 5 * (share * (1 - share) / count).squareRoot())
    }

    @Test func glorotIsUniformInBothDirections() throws {
        let numbers: [Double] = parameters(.glorot)
        for (k, limit) in [(0, (6.0 / 160).squareRoot()), (1, (6.0 / 70).squareRoot())] {
            let weights = numbers[topology.weights(k)..<topology.biases(k)].map { $0 / limit }
            #expect(weights.allSatisfy { abs($0) <= 1 + 2 * .ulpOfOne })
            #expect(try #require(weights.max()) > 1 - 40 / Double(weights.count))
            expectMoments(weights, variance: 1 / 3, fourth: 1 / 5)
            let biases = numbers[topology.biases(k)..<topology.biases(k) + topology.sizes[k + 1]]
            #expect(biases.allSatisfy { $0 == 0 && $0.sign == .plus })
        }
    }

    @Test(arguments: Initializer.allCases)
    func aSeedSettlesEveryBit(_ initializer: Initializer) {
        let first: [Double] = parameters(initializer, seed: 5)
        #expect(first == parameters(initializer, seed: 5))
        // Glorot's biases are zeros.
        let drawn = initializer == .glorot ? weights(first) : first
        let other = parameters(initializer, seed: 6, as: Double.self)
        #expect(zip(drawn, initializer == .glorot ? weights(other) : other).allSatisfy { $0 != $1 })
        #expect(Set(drawn).count == drawn.count)
        #expect(first.allSatisfy { $0.isFinite })
        #expect(parameters(initializer, seed: 5, as: Float.self) == first.map { Float($0) })
    }

    /// Element (output, input) of tensor t is draw number output · n_in + input of stream t.
    @Test func theDrawIsTheOneOfThePlaceInTheFile() {
        let numbers: [Double] = parameters(.kaiming, seed: 9)
        for k in 0..<topology.depth {
            let (inputs, outputs) = (topology.sizes[k], topology.sizes[k + 1])
            let weights = Philox(seed: 9, purpose: .weight, stream: UInt32(2 * k))
            let biases = Philox(seed: 9, purpose: .weight, stream: UInt32(2 * k + 1))
            let scale = 1 / Double(inputs).squareRoot()
            for i in 0..<outputs {
                for j in 0..<inputs {
                    let draw = (2 * weights.uniform(UInt64(i * inputs + j)) - 1) * scale
                    #expect(numbers[topology.weights(k) + j * outputs + i] == draw)
                }
                #expect(numbers[topology.biases(k) + i] == (2 * biases.uniform(UInt64(i)) - 1) * scale)
            }
        }
    }

    @Test(arguments: Initializer.allCases)
    func aTensorDoesNotDependOnTheLayersBehindIt(_ initializer: Initializer) {
        let other: [Double] = parameters(initializer, Topology(sizes: [100, 60, 7, 3]))
        let own: [Double] = parameters(initializer)
        #expect(own.prefix(topology.weights(1)) == other.prefix(topology.weights(1)))
    }
}
