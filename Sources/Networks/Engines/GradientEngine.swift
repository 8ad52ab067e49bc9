import Kernels

/// Computes the gradient of a slice: some samples of a minibatch, by one worker.
///
/// An engine owns its scratch memory, so each worker has its own. The bits of a result depend on the parameters, the
/// samples, their number and order: not on who computes it, on what CPU, or what came before.
public protocol GradientEngine<Scalar>: AnyObject {
    associatedtype Scalar: Real

    /// Writes the slice's share of the minibatch's mean gradient, Σ_b w_b ∂E_b/∂w ÷ Σ w of the minibatch; w_b is 1 where
    /// samples have no weights.
    ///
    /// - Parameters:
    ///   - samples: sample numbers; at most the engine's capacity.
    ///   - minibatch: what they are a part of.
    ///   - parameters: flat, in `Topology`'s order, with `kernelPadding` readable bytes behind.
    ///   - gradient: as `parameters`; overwritten. The padding behind it may be written.
    /// - Returns: the slice's share of the minibatch's mean loss.
    func gradient(
        of samples: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double

    /// Where the next call leaves what the gradient of W⁰ is made of, and not that gradient; nil: with the rest.
    ///
    /// - Precondition: the engine leaves it: see `GradientMethod.inputSlices`.
    var inputSlice: InputSlice<Scalar>? { get set }
}

extension GradientEngine {
    /// Of an engine that leaves none.
    public var inputSlice: InputSlice<Scalar>? {
        get { nil }
        set { precondition(newValue == nil) }
    }
}

/// What an engine has to know of the minibatch that its slice is of.
public struct Minibatch: Sendable {
    /// Samples, of all slices.
    public let size: Int
    /// Of all its samples; 1 where they have none.
    public let meanWeight: Double
    /// Of the run, from 1: what dropout draws by.
    public let step: Int

    public init(size: Int, meanWeight: Double = 1, step: Int = 1) {
        (self.size, self.meanWeight, self.step) = (size, meanWeight, step)
    }
}

/// The engines by the names users give them.
public enum GradientMethod: String, CaseIterable, Sendable, Codable {
    /// The layer-wise sweep from input to output.
    case frontprop
    /// The classic, for comparison.
    case backprop
    /// The derivative of every output by every weight, as matrices: the article's NumPy version.
    case matrix
    /// The recursion written out, one weight at a time: the oracle.
    case scalar

    /// An engine for slices of up to `capacity` samples of `samples`.
    public func makeEngine<Scalar: Real>(
        _ network: Network, samples: Samples, capacity: Int, dropout: Dropout? = nil, as: Scalar.Type = Scalar.self
    ) -> any GradientEngine<Scalar> {
        switch self {
        case .frontprop:
            LayeredEngine(
                network, samples: samples, capacity: capacity, dropout: dropout, deltas: Frontpropagation<Scalar>())
        case .backprop:
            LayeredEngine(
                network, samples: samples, capacity: capacity, dropout: dropout, deltas: Backpropagation<Scalar>())
        case .matrix: MatrixEngine<Scalar>(network, samples: samples, dropout: dropout)
        case .scalar: ScalarEngine<Scalar>(network, samples: samples, dropout: dropout)
        }
    }

    /// Samples of a piece of a slice that the caches hold.
    public static let pieceSamples = 256

    /// As `makeEngine`, for slices that may be whole sets: they go through it by pieces.
    public func makePiecewiseEngine<Scalar: Real>(
        _ network: Network, samples: Samples, capacity: Int, as: Scalar.Type = Scalar.self
    ) -> any GradientEngine<Scalar> {
        let engine: any GradientEngine<Scalar> = makeEngine(
            network, samples: samples, capacity: min(capacity, Self.pieceSamples))
        return capacity <= Self.pieceSamples
            ? engine : PiecewiseEngine(engine, parameterCount: network.topology.parameterCount)
    }

    /// The shape of what such engines leave of W⁰'s gradient, where that is worth it; nil where they leave the gradient.
    public func inputSlices(_ network: Network, samples: Samples, capacity: Int) -> InputSlicesShape? {
        switch self {
        case .frontprop, .backprop:
            InputLayer<Float>.slicesShape(samples.inputs, units: network.topology.sizes[1], capacity: capacity)
        case .matrix, .scalar: nil
        }
    }

    /// Why the gradients of `samples` samples are hopeless to compute, with an estimate; nil when they are not.
    public func refusal<Scalar: Real>(
        topology: Topology, samples: Int, workers: Int, memoryBytes: Double, as: Scalar.Type
    ) -> String? {
        let cost: GradientCost
        switch self {
        case .frontprop, .backprop: return nil
        case .matrix: cost = MatrixEngine<Scalar>.cost(topology: topology, samples: samples)
        case .scalar: cost = ScalarEngine<Scalar>.cost(topology: topology, samples: samples)
        }
        return cost.refusal(
            of: "\(rawValue) on \(topology) with \(samples) samples", workers: workers, memoryBytes: memoryBytes)
    }
}
