extension Network {
    /// The activations and losses that this program defined, as text that tells them from others of their names.
    public static var definitions: String {
        let own =
            Activation.own.map { "activation \($0): \($0.ownSteps?.description ?? "")" }
            + Loss.own.map { loss in
                "loss \(loss): \(loss.forms[0].ownSteps?.description ?? ""), of \(loss.activations.map(\.name)), mean \(loss.forms[0].isMean)"
            }
        return own.sorted().joined(separator: "; ")
    }
}
