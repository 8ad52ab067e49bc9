import Foundation
import Storage
import Testing

/// Saves a checkpoint whose state tells when it was made.
@discardableResult
private func save(_ epoch: Int, _ step: Int, in folder: CheckpointFolder) throws -> String {
    try folder.save(testCheckpoint(TestState(epoch: epoch, step: UInt64(step))), epoch: epoch, step: step)
}

/// The epoch of the newest readable checkpoint, and the messages that came with it.
private func newest(in folder: CheckpointFolder) throws -> (epoch: Int, reports: [String]) {
    var reports: [String] = []
    let checkpoint = try folder.newestReadable(as: TestState.self) { reports.append($0) }
    return (checkpoint.state.epoch, reports)
}

private func withCheckpointFolder(_ body: (CheckpointFolder) throws -> Void) throws {
    try withTemporaryFolder { try body(CheckpointFolder("\($0)/checkpoints")) }
}

@Suite struct CheckpointFolderTests {
    @Test func keepsTheLastTwoUnderSortableNames() throws {
        try withCheckpointFolder { folder in
            #expect(try save(7, 420, in: folder) == "\(folder.path)/epoch-0007-step-000420.safetensors")
            try save(7, 480, in: folder)
            try save(8, 0, in: folder)
            #expect(
                try fileNames(in: folder.path) == [
                    "epoch-0007-step-000480.safetensors", "epoch-0008-step-000000.safetensors",
                ])
            #expect(try newest(in: folder) == (8, []))
        }
    }

    @Test func ordersByNumberNotByName() throws {
        try withCheckpointFolder { folder in
            for epoch in [9_998, 9_999, 10_000, 10_001] { try save(epoch, 1_000_000 * epoch, in: folder) }
            #expect(try fileNames(in: folder.path).count == 2)
            #expect(try newest(in: folder).epoch == 10_001)
        }
    }

    @Test func savingTheSamePositionAgainReplacesIt() throws {
        try withCheckpointFolder { folder in
            try save(1, 0, in: folder)
            try save(2, 0, in: folder)
            try save(2, 0, in: folder)
            #expect(try fileNames(in: folder.path).count == 2)
            #expect(try newest(in: folder).epoch == 2)
        }
    }

    @Test func fallsBackToTheOneBeforeWithAMessage() throws {
        try withCheckpointFolder { folder in
            try save(1, 0, in: folder)
            let damaged = try save(2, 0, in: folder)
            var contents = try bytes(of: damaged)
            contents[contents.count - 1] ^= 0x10
            try put(contents, at: damaged)
            let found = try newest(in: folder)
            #expect(found.epoch == 1)
            #expect(found.reports.count == 1)
            #expect(found.reports.first?.hasPrefix("passed over: \(damaged): the checkpoint is damaged") == true)
        }
    }

    @Test func goingOnFromAnEarlierOneRemovesLaterOnes() throws {
        try withCheckpointFolder { folder in
            try save(5, 0, in: folder)
            try put([], at: try save(6, 0, in: folder))
            #expect(try newest(in: folder).epoch == 5)
            try save(5, 100, in: folder)
            #expect(
                try fileNames(in: folder.path) == [
                    "epoch-0005-step-000000.safetensors", "epoch-0005-step-000100.safetensors",
                ])
        }
    }

    @Test func whatAKillLeavesIsHarmlessAndRemoved() throws {
        try withCheckpointFolder { folder in
            try save(1, 0, in: folder)
            let second = try save(2, 0, in: folder)
            // Killed between the rename and the removal of the oldest, and, another time, while writing.
            try put(bytes(of: second), at: "\(folder.path)/epoch-0000-step-000009.safetensors")
            try put(bytes(of: second).prefix(100), at: "\(folder.path)/epoch-0003-step-000000.safetensors.part-123")
            try put([1, 2, 3], at: "\(folder.path)/notes.txt")
            #expect(try newest(in: folder) == (2, []))
            try save(3, 0, in: folder)
            #expect(
                try fileNames(in: folder.path) == [
                    "epoch-0002-step-000000.safetensors", "epoch-0003-step-000000.safetensors", "notes.txt",
                ])
        }
    }

    @Test func saysWhenThereIsNone() throws {
        try withCheckpointFolder { folder in
            let noFolder = #expect(throws: Failure.self) { try newest(in: folder) }
            #expect(noFolder == Failure(.missingInput, "there is no folder \(folder.path)"))

            try AtomicFile.createFolder(folder.path)
            let empty = #expect(throws: Failure.self) { try newest(in: folder) }
            #expect(empty == Failure(.missingInput, "\(folder.path): expected a checkpoint, found nothing"))

            for name in [
                "epoch-7-step-0.safetensors", "epoch-0001-step-000001.safetensors.part-1", "model.safetensors",
            ] {
                try put(testCheckpointBytes(), at: "\(folder.path)/\(name)")
            }
            let others = #expect(throws: Failure.self) { try newest(in: folder) }
            #expect(others == Failure(.missingInput, "\(folder.path): expected a checkpoint, found 3 other files"))
        }
    }

    /// One that is whole but does not fit is passed over as a damaged one is.
    @Test func passesOverWhatDoesNotFit() throws {
        try withCheckpointFolder { folder in
            try save(1, 0, in: folder)
            let second = try save(2, 0, in: folder)
            var reports: [String] = []
            let found = try folder.newestReadable(
                as: TestState.self, fault: { $0.epoch == 2 ? "of another run" : nil }, report: { reports.append($0) })
            #expect(found.state.epoch == 1 && reports == ["passed over: \(second): of another run"])
            let failure = #expect(throws: Failure.self) {
                try folder.newestReadable(as: TestState.self, fault: { _ in "of another run" }, report: { _ in })
            }
            #expect(failure?.status == .badData)
        }
    }

    /// The folder is made, but not the one above it: that was the run's, and is gone.
    @Test func makesNoFolderAboveItsOwn() throws {
        try withTemporaryFolder { folder in
            let failure = #expect(throws: Failure.self) {
                try save(1, 0, in: CheckpointFolder("\(folder)/run/checkpoints"))
            }
            #expect(failure?.status == .cannotWrite)
            let names = try fileNames(in: folder)
            #expect(names.isEmpty)
        }
    }

    @Test func saysWhatIsWrongWithEachWhenNoneIsWhole() throws {
        try withCheckpointFolder { folder in
            try put([], at: try save(1, 0, in: folder))
            let second = "\(folder.path)/epoch-0002-step-000000.safetensors"
            try FileManager.default.createDirectory(atPath: second, withIntermediateDirectories: false)
            let failure = #expect(throws: Failure.self) { try newest(in: folder) }
            #expect(failure?.status == .badData)
            #expect(
                failure?.message
                    == "no checkpoint in \(folder.path) can be used: \(second): expected a file, found a folder; "
                    + "\(folder.path)/epoch-0001-step-000000.safetensors: "
                    + "expected a safetensors file, found only 0 bytes")
        }
    }
}
