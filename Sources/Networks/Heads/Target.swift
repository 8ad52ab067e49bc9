/// What a network is to answer.
public enum Target: Sendable {
    /// One at the label's output, zero at the others.
    case labels
    /// The input itself: an autoencoder.
    case inputs
    /// Numbers of the sample's own: a regression.
    case numbers
}
