import Kernels

@testable import Networks

/// A flat gradient with its loss, computed by an engine for the first `count` samples of a problem.
struct Computed<Scalar: Real> {
    let loss: Double
    let gradient: [Scalar]

    init(
        _ engine: any GradientEngine<Scalar>, _ problem: GradientProblem, parameters: [Scalar]? = nil,
        samples: Range<Int>? = nil, in minibatch: Minibatch? = nil
    ) {
        let count = problem.topology.parameterCount
        let (input, output) = (ScratchMemory<Scalar>(count: count), ScratchMemory<Scalar>(count: count))
        for index in 0..<count { input.base[index] = parameters?[index] ?? Scalar(problem.parameters[index]) }
        output.base.update(repeating: .nan, count: count)
        let batch = UnsafeBufferPointer(rebasing: problem.batch[samples ?? 0..<problem.samples.count])
        loss = engine.gradient(
            of: batch, in: minibatch ?? problem.minibatch, parameters: input.base, into: output.base)
        gradient = Array(UnsafeBufferPointer(start: output.base, count: count))
    }

    /// The largest over the layers of max |a − b| ÷ max |b|.
    func difference<Other: Real>(from other: Computed<Other>, _ topology: Topology) -> Double {
        (0..<topology.depth).map { k in
            let range = topology.parameters(k)
            return largestDifference(gradient[range].map(Double.init), other.gradient[range].map(Double.init))
        }.max()!
    }
}

/// max |a − b| ÷ max |b|; NaN when any number is.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    func largest(_ numbers: [Double]) -> Double { numbers.contains(where: \.isNaN) ? .nan : numbers.max()! }
    return largest(zip(a, b).map { ($0 - $1).magnitude }) / largest(b.map(\.magnitude))
}

/// Topologies that differ in depth, in what a layer's size is a multiple of, and in what goes by the small kernels.
let awkwardTopologies: [[Int]] = [
    [1, 1], [3, 2], [5, 4, 3, 2], [2, 1, 1, 3], [17, 33, 5], [7, 3, 6, 2, 5, 4], [9, 40, 35, 3],
]
