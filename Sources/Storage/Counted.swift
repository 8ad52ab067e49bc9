/// A number of things with their name: "1 rank", "2 ranks".
///
/// - Parameter names: of several, where that is not the name and an s.
public func counted(_ count: Int, _ name: String, _ names: String? = nil) -> String {
    "\(count) \(count == 1 ? name : names ?? name + "s")"
}
