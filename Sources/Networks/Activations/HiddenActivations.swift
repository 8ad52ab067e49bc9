/// The activations of the hidden layers: one for all of them, or one each.
public struct HiddenActivations: Hashable, Sendable, CustomStringConvertible {
    /// Not empty.
    private let each: [Activation]

    public init(_ activation: Activation) { each = [activation] }

    /// Names joined by commas.
    ///
    /// - Returns: nil where one is no activation of a hidden layer; `fault` says which.
    public init?(_ text: String) {
        let found = Self.words(text).map { Self.activation($0) }
        guard !found.contains(nil) else { return nil }
        each = found.compactMap { $0 }
    }

    /// What is wrong with `text`; nil where nothing is.
    public static func fault(_ text: String) -> String? {
        words(text).first { activation($0) == nil }.map {
            "'\($0)' is not one of \((Activation.all + Activation.own).map(\.name).joined(separator: ", "))"
        }
    }

    private static func words(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func activation(_ name: String) -> Activation? {
        Activation(named: name).flatMap { $0.isElementwise ? $0 : nil }
    }

    public var description: String { each.map(\.name).joined(separator: ",") }

    /// Why a network of `count` hidden layers cannot have them; nil where it can.
    public func fault(layers count: Int) -> String? {
        guard each.count > 1, each.count != count else { return nil }
        return "names \(each.count) activations, of \(count) hidden layers; name one for all, or one each"
    }

    /// One for all where all are the same.
    public var simplified: HiddenActivations { Set(each).count == 1 ? HiddenActivations(each[0]) : self }

    /// That of hidden layer `l`, from 1.
    func of(_ l: Int) -> Activation { each.count == 1 ? each[0] : each[l - 1] }
}

/// As its text: `"relu,sigmoid"`.
extension HiddenActivations: TextCoded {
    public static func refusal(of text: String) -> String {
        fault(text).map { $0 + Activation.ownHint } ?? text
    }
}
