/// What records hold as its text, from which it is made again.
public protocol TextCoded: LosslessStringConvertible, Codable {
    /// What is said of a text that it cannot be made from.
    static func refusal(of text: String) -> String
}

extension TextCoded {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: Self.refusal(of: text)))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
