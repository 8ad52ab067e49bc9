/// The last activation with the loss: gives a sample's loss E, and δ^L = ∂E/∂h^L.
///
/// A slice's loss is a sum of one term for each sample and output, divided once; see `Loss`.
public struct Head: Hashable, Sendable, CustomStringConvertible {
    public let activation: Activation
    public let loss: Loss

    /// The article's.
    public static let article = Head(.sigmoid, .mse)

    /// Every loss of the list with every activation that it takes.
    static let all = Loss.list.flatMap { loss in loss.activations.map { Head($0, loss) } }

    /// - Precondition: the loss goes with the activation.
    public init(_ activation: Activation, _ loss: Loss) {
        precondition(loss.takes(activation))
        (self.activation, self.loss) = (activation, loss)
    }

    /// What the loss is with this activation.
    var form: LossForm { loss.form(activation)! }
    /// What a target may be.
    public var targetRange: ClosedRange<Double> { form.range }
    /// What the last layer computes: the activation, and beside it what the loss needs.
    var layer: Activation { form.layer ?? activation }

    /// What the sum of a sample's terms is divided by to give E.
    func divisor(outputs: Int) -> Int { form.isMean ? outputs : 1 }

    public var description: String { "\(activation), \(loss)" }
}
