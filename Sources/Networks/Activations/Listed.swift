/// One of a list, known by its name: on the command line, in files and in messages.
///
/// What is added to a list is everywhere with that line.
public protocol Listed: Hashable, TextCoded, Sendable {
    var name: String { get }
    /// The library's.
    static var list: [Self] { get }
    /// Those that this program defined; none of a list that is the library's alone.
    static var own: [Self] { get }
    /// The one called `name`; nil where there is none.
    init?(named name: String)
}

extension Listed {
    public static var own: [Self] { [] }

    public init?(named name: String) {
        guard let found = (Self.list + Self.own).first(where: { $0.name == name }) else { return nil }
        self = found
    }

    public init?(_ name: String) { self.init(named: name) }

    /// All names, as text for people.
    public static var names: String { (list + own).map(\.name).joined(separator: ", ") }

    /// What is said of a name that is none of them.
    public static func fault(_ name: String) -> String { "'\(name)' is not one of \(names)" }
    public static func refusal(of text: String) -> String { fault(text) }

    public static func == (a: Self, b: Self) -> Bool { a.name == b.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    public var description: String { name }
}
