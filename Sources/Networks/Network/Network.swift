/// A dense network but for its parameters: sizes, what its layers make of their pre-activations, and its loss.
public struct Network: Equatable, Sendable, CustomStringConvertible {
    public let topology: Topology
    /// Of layers 1…L−1.
    public let hidden: HiddenActivations
    /// Of layer L.
    public let head: Head

    /// - Precondition: `hidden` fits the number of hidden layers.
    public init(
        _ topology: Topology, hidden: HiddenActivations = HiddenActivations(.sigmoid), head: Head = .article
    ) {
        precondition(hidden.fault(layers: topology.depth - 1) == nil)
        (self.topology, self.hidden, self.head) = (topology, hidden, head)
    }

    /// gˡ, l in 1…L.
    public func activation(_ l: Int) -> Activation { l == topology.depth ? head.activation : hidden.of(l) }

    /// What layer l computes: gˡ, with what the loss needs beside the last.
    func layer(_ l: Int) -> Activation { l == topology.depth ? head.layer : hidden.of(l) }

    /// `784x16x10 relu, softmax, cross-entropy`; of a network as the article has them the sizes alone.
    public var description: String {
        self == Network(topology) ? "\(topology)" : "\(topology) \(hidden), \(head)"
    }
}
