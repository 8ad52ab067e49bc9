import Storage
import Testing

@testable import Datasets

/// Which columns are asked for, learned from and weights: by names and numbers.
@Suite struct TableRolesTests {
    private static let table = Table(
        name: "t.csv", columns: ["a", "b", "3", "c,d", "y"].map { Table.Column(name: $0, values: .numbers([1, 2])) },
        rowCount: 2, lines: [2, 3])

    private static func roles(
        target: String? = nil, features: String? = nil, weight: String? = nil, inputs: Bool = false,
        usual: [String] = []
    ) throws -> TableRoles {
        var options = TableOptions()
        (options.targetColumns, options.features, options.weightColumn) = (target, features, weight)
        return try TableRoles(of: table, options: options, asksForInputs: inputs, usual: usual)
    }

    @Test func names() throws {
        let one = try Self.roles(target: "y", weight: "b")
        #expect((one.targets, one.features, one.weight) == ([4], [0, 2, 3], 1))
        let two = try Self.roles(target: "5,a", features: "2,3")
        #expect((two.targets, two.features) == ([4, 0], [1, 2]))
        #expect(try Self.roles(target: "c,d").targets == [3])
        #expect(try Self.roles(usual: ["a", "y"]).targets == [0, 4])
        #expect(try Self.roles(inputs: true, usual: ["y"]).features == [0, 1, 2, 3, 4])
    }

    @Test func mistakes() {
        for (words, body) in [
            (
                "t.csv: --target says which column is asked for, such as --target y; there are a, b, 3, c,d, y",
                { _ = try Self.roles() }
            ),
            (
                "--target: t.csv has no column z; expected a, b, 3, c,d, y, or a number from 1 to 5",
                { _ = try Self.roles(target: "z") }
            ),
            ("--target: t.csv has no column 6;", { _ = try Self.roles(target: "y,6") }),
            ("--target: t.csv has no column 0;", { _ = try Self.roles(target: "0") }),
            ("--target: t.csv has no column ;", { _ = try Self.roles(target: "y,") }),
            ("--features: t.csv has no column q", { _ = try Self.roles(target: "y", features: "q") }),
            ("--weight-column: t.csv has no column q", { _ = try Self.roles(target: "y", weight: "q") }),
            ("--target y,5: names a column twice", { _ = try Self.roles(target: "y,5") }),
            ("column y of t.csv is named twice", { _ = try Self.roles(target: "y", features: "a,y") }),
            ("column y of t.csv is named twice", { _ = try Self.roles(target: "y", weight: "y") }),
        ] as [(String, () throws -> Void)] {
            let failure = #expect(throws: Failure.self) { try body() }
            #expect(failure?.status == .usage && failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        }
        let failure = #expect(throws: Failure.self) { try Self.roles(target: "a,b,3,4,y") }
        #expect(failure?.status == .badData && failure?.message.contains("nothing to learn from") == true)
    }
}
