import Foundation
import Testing

@testable import Networks

/// What documents say of the lists.
@Suite struct DocumentTests {
    @Test func tablesHaveEveryActivationAndLoss() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/conventions.md"), encoding: .utf8)
        for activation in Activation.list { #expect(text.contains("\n| `\(activation)` | \(activation.formula) |")) }
        for loss in Loss.list {
            for form in loss.forms { #expect(text.contains("\n| `\(loss)` | \(form.formula) |")) }
        }
    }
}
