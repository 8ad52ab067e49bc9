import Networks

/// An option that records of older programs do not name, since there was nothing to choose.
protocol FormerlyFixed: Decodable {
    /// What it was then.
    static var former: Self { get }
}

extension HiddenActivations: FormerlyFixed {
    static var former: HiddenActivations { HiddenActivations(.sigmoid) }
}

extension Activation: FormerlyFixed {
    static var former: Activation { .sigmoid }
}

extension Loss: FormerlyFixed {
    static var former: Loss { .mse }
}

extension Schedule: FormerlyFixed {
    static var former: Schedule { .constant }
}

extension Recipe: FormerlyFixed {
    static var former: Recipe { .article }
}

extension KeyedDecodingContainer {
    /// The decoders that the compiler makes take this one: it fits closer than the library's.
    func decode<Value: FormerlyFixed>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decodeIfPresent(type, forKey: key) ?? .former
    }
}
