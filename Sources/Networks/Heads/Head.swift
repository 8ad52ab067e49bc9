/// The last activation with the loss: gives a sample's loss E, and δ^L = ∂E/∂h^L.
///
/// A slice's loss is a sum of one term for each sample and output, divided once; see `Loss`.
public struct Head: Hashable, Sendable, CustomStringConvertible {
    public let activation: Activation
    public let loss: Loss

    /// The article's.
    public static let article = Head(.sigmoid, .mse)

    /// - Precondition: the loss goes with the activation.
    public init(_ activation: Activation, _ loss: Loss) {
        precondition(loss.takes(activation))
        (self.activation, self.loss) = (activation, loss)
    }

    /// What the sum of a sample's terms is divided by to give E.
    func divisor(outputs: Int) -> Int { loss.isMean ? outputs : 1 }

    public var description: String { "\(activation), \(loss)" }
}
