import Synchronization

/// Why a program cannot have an activation or a loss of its own.
public struct DefinitionFault: Error, Equatable, CustomStringConvertible {
    public let description: String
}

/// What a program adds to a list: known by its name in this process, from the moment that it is defined.
final class Definitions<Item: Listed>: Sendable {
    private let items = Mutex<[Item]>([])

    var all: [Item] { items.withLock { $0 } }

    /// - Throws: where the name is that of another, or not of the form of names.
    func add(_ item: Item) throws(DefinitionFault) {
        guard item.name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil else {
            throw DefinitionFault(
                description:
                    "'\(item.name)' is no name: expected small letters and digits, a letter first, and hyphens between")
        }
        let isTaken = items.withLock { items in
            let isTaken = (Item.list + items).contains(item)
            if !isTaken { items.append(item) }
            return isTaken
        }
        guard !isTaken else { throw DefinitionFault(description: "the name '\(item.name)' is taken") }
    }
}
