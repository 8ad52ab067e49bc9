import Kernels

/// What a network's outputs cost.
///
/// Each has a file here and a line in `list`, and a file and two lines in CKernels' heads.
public struct Loss: Listed {
    public let name: String
    /// E of a sample, for people.
    public let formula: String
    /// The activations of the last layer that it goes with; where none is named, the first.
    public let activations: [Activation]
    public let targets: [Target]
    /// Whether E is the mean over the outputs; else it is the sum over them.
    let isMean: Bool
    let function: any LossFunction

    public static let list: [Loss] = [
        .mse,
        .crossEntropy,
    ]

    public func takes(_ activation: Activation) -> Bool { activations.contains(activation) }

    /// What the kernels call it.
    func kernel<Scalar: Real>(_: Scalar.Type) -> Int32 {
        guard let kernel = Scalar.loss(named: kernelName(name)) else { fatalError("CKernels has no loss \(name)") }
        return kernel
    }
}

/// A loss's terms, written out: the reference for the kernels, and what the scalar and matrix engines compute with.
protocol LossFunction: Sendable {
    /// What an output adds to its sample's sum, and the sum's derivative by it: by a^L_q, or where softmax is the last
    /// activation by h^L_q.
    ///
    /// - Parameter beside: as the output's activation leaves it: see `ActivationFunction`.
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar)

    /// The least mean sum that outputs have which are the same for every sample.
    ///
    /// - Parameters:
    ///   - means: of each output's targets over the samples.
    ///   - meanSquares: the mean over the samples of Σ_q t_q².
    func constantSum(means: [Double], meanSquares: Double) -> Double
}
