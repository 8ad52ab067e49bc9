import Foundation
import Testing

@testable import Networks

/// What documents say of the lists, and of the example.
@Suite struct DocumentTests {
    private func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func tablesHaveEveryActivationAndLoss() throws {
        let text = try text("Docs/conventions.md")
        for activation in Activation.list { #expect(text.contains("\n| `\(activation)` | \(activation.formula) |")) }
        for loss in Loss.list {
            for form in loss.forms { #expect(text.contains("\n| `\(loss)` | \(form.formula) |")) }
        }
    }
    @Test func ownFunctionsAreTheExample() throws {
        let example = try text("Examples/OwnFunctions/main.swift")
        #expect(try text("Docs/own-functions.md").contains("```swift\n\(example)```"))
    }
}
