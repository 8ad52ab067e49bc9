/// A number of things with their name: "1 rank", "2 ranks".
public func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
