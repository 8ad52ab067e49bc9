import Foundation
import Storage
import Testing

@testable import Training

/// What may be written to a run's folder, and by whom.
@Suite struct RunFolderLockTests {
    private static let event = Event.end(EndEvent(epochs: 1, trainSeconds: 2, weightsSHA256: "ab"))

    private func put(_ text: String, at path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: [
        "config.json", "metrics.jsonl", "model.safetensors", "checkpoints/epoch-0001-step-000000.safetensors",
    ])
    func whatHoldsSomethingOfARunIsRefused(name: String) throws {
        try withRunFolder { path in
            try AtomicFile.createFolder(path + "/checkpoints")
            try put("a note", at: path + "/notes.txt")
            _ = try RunFolder.create(path)
            try put("", at: "\(path)/\(name)")
            let failure = #expect(throws: Failure.self) { try RunFolder.create(path) }
            #expect(failure?.status == .cannotWrite && failure?.message.contains(", \(name) (--resume") == true)
        }
    }

    @Test func oneWritesAtATime() throws {
        try withRunFolder { path in
            var first: RunFolder? = try RunFolder.create(path)
            let failure = #expect(throws: Failure.self) { try RunFolder.create(path) }
            #expect(failure == Failure(.cannotWrite, "another process is writing the run in \(path)"))
            withExtendedLifetime(first) {}
            first = nil
            _ = try RunFolder.create(path)
        }
    }

    @Test func namesThatAreTakenAreNumbered() throws {
        try withRunFolder { parent in
            let paths = try (0..<3).map { _ in try RunFolder.createNew(in: parent, name: "a").path }
            #expect(paths == ["a", "a-2", "a-3"].map { "\(parent)/\($0)" })
            let long = try RunFolder.createNew(in: parent, name: String(repeating: "x", count: 300)).path
            #expect(Files.name(of: long) == String(repeating: "x", count: 200))
        }
    }

    @Test func whatHoldsNoRunCannotGoOn() throws {
        try withRunFolder { path in
            #expect(throws: Failure.self) { try RunFolder.open(path) }
            try AtomicFile.createFolder(path)
            let failure = #expect(throws: Failure.self) { try RunFolder.open(path) }
            #expect(failure?.status == .missingInput)
            try put("{}", at: path + "/config.json")
            _ = try RunFolder.open(path)
        }
    }

    /// What was cut when a process was killed goes; a whole line whose end an editor took gets it back.
    @Test(arguments: [
        ("", ""), ("{\"a\":1}\n", "{\"a\":1}\n"), ("{\"a\":1}\n{\"b", "{\"a\":1}\n"), ("{\"a\":1}", "{\"a\":1}\n"),
    ])
    func theLastLineIsMended(before: String, kept: String) throws {
        try withRunFolder { path in
            let folder = try RunFolder.create(path)
            try put(before, at: path + "/metrics.jsonl")
            try folder.record(Self.event)
            try folder.record(Self.event)
            let line = try Self.event.json() + "\n"
            #expect(try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8) == kept + line + line)
        }
    }

    /// Events go to the file that is called `metrics.jsonl` now.
    @Test func aFileThatIsReplacedIsFollowed() throws {
        try withRunFolder { path in
            let folder = try RunFolder.create(path)
            try folder.record(Self.event)
            Folder.remove(path + "/metrics.jsonl")
            try put("{}\n", at: path + "/metrics.jsonl")
            try folder.record(Self.event)
            let line = try Self.event.json() + "\n"
            #expect(try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8) == "{}\n" + line)
        }
    }

    @Test func aPipeIsNoRecord() throws {
        try withRunFolder { path in
            let folder = try RunFolder.create(path)
            mkfifo(path + "/metrics.jsonl", 0o644)
            let failure = #expect(throws: Failure.self) { try folder.record(Self.event) }
            #expect(failure?.status == .cannotWrite)
        }
    }

    @Test(arguments: [false, true]) func nothingIsWrittenToAnotherFolder(isReplaced: Bool) throws {
        try withRunFolder { path in
            let folder = try RunFolder.create(path)
            try folder.record(Self.event)
            Folder.remove(path)
            if isReplaced { try AtomicFile.createFolder(path) }
            let failure = #expect(throws: Failure.self) { try folder.record(Self.event) }
            #expect(failure?.status == .cannotWrite && failure?.message.contains("removed or replaced") == true)
            #expect(!Files.exists(path + "/metrics.jsonl"))
        }
    }
}
