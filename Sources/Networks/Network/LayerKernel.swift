import Kernels

/// What computes a layer's activations: a kernel by its number, or what a program defined.
enum LayerKernel<Scalar: Real> {
    case number(Int32)
    case own(FormulaLoop<Scalar>)

    init(_ activation: Activation) {
        self = activation.ownSteps.map { .own(FormulaLoop($0)) } ?? .number(activation.kernel(Scalar.self))
    }

    /// As `Scalar.activate`, in place.
    func activate(
        _ values: UnsafeMutablePointer<Scalar>, bias: UnsafePointer<Scalar>, units: Int, stride: Int,
        beside: UnsafeMutablePointer<Scalar>
    ) {
        switch self {
        case .number(let number):
            Scalar.activate(
                number, sums: values, bias: bias, units: units, stride: stride, into: values, beside: beside)
        case .own(let loop):
            for i in 0..<units {
                let (row, b) = (values + i * stride, bias[i])
                for s in 0..<stride { row[s] += b }
            }
            loop.run(values, count: units * stride, value: values, derivative: beside)
        }
    }
}
