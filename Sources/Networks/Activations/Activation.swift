import Kernels

/// What a layer makes of its pre-activations: aˡ = g(hˡ).
///
/// Each has a file here and a line in `all`, and a file and two lines in CKernels' activations: what trains, and beside it
/// what it is held against.
public struct Activation: Listed {
    public let name: String
    /// g, for people.
    public let formula: String
    /// Where a derivative of g jumps, the first or a higher one: differences across it tell nothing.
    let kinks: [Double]
    let function: any ActivationFunction
    /// Whether each unit's activation depends on its own pre-activation alone. Any layer may have such a one.
    public var isElementwise: Bool { function is any ElementwiseFunction }

    init(_ name: String, _ formula: String, kinks: [Double] = [], _ function: any ActivationFunction) {
        (self.name, self.formula, self.kinks, self.function) = (name, formula, kinks, function)
    }

    /// Those that any layer may have.
    public static let all: [Activation] = [
        .sigmoid,
        .tanh,
        .relu,
        .leakyReLU,
        .elu,
        .gelu,
        .silu,
        .softplus,
        .linear,
    ]

    /// As the losses of regressions have them: the first is the usual.
    static let linearFirst = [.linear] + all.filter { $0 != .linear }

    /// Those of the last layer: softmax, too.
    public static let list = all + [.softmax]

    /// What the kernels call it.
    func kernel<Scalar: Real>(_: Scalar.Type) -> Int32 {
        guard let kernel = Scalar.activation(named: kernelName(name)) else {
            fatalError("CKernels has no activation \(name)")
        }
        return kernel
    }
}

/// The name of the C file of what users know as `name`.
func kernelName(_ name: String) -> String { name.replacing("-", with: "_") }

/// A layer's activations, written out: the reference for the kernels, and what the scalar engine computes with.
protocol ActivationFunction: Sendable {
    /// a of a layer's pre-activations h, and what stands beside it in a pass: g'(h), or of softmax ln a, of sigmoids that a
    /// cross-entropy follows h.
    func layer<Scalar: Real>(_ h: [Scalar]) -> (activation: [Scalar], beside: [Scalar])
}

/// A function of one number.
protocol ElementwiseFunction: ActivationFunction {
    /// g(h) and g'(h).
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar)
}

extension ElementwiseFunction {
    func layer<Scalar: Real>(_ h: [Scalar]) -> (activation: [Scalar], beside: [Scalar]) {
        let units = h.map { self($0) }
        return (units.map(\.value), units.map(\.derivative))
    }
}
