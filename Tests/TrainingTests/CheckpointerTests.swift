import Foundation
import Kernels
import Networks
import Storage
import Testing

@testable import Training

/// What is written beside the training, and what becomes of it.
@Suite struct CheckpointerTests {
    private let count = Topology.tiny.parameterCount

    /// What is on disk are the numbers as they were when the call returned.
    @Test func savesACopy() throws {
        try withRunFolder { path in
            let checkpointer = Checkpointer(try RunFolder.create(path), topology: .tiny)
            var parameters = (0..<count).map { Double($0) }
            save(1, parameters, by: checkpointer)
            for index in parameters.indices { parameters[index] = -1 }
            try checkpointer.finish()
            let file = try CheckpointFile<TrainingState>.read(try #require(checkpointer.newest))
            var read = [Double](repeating: 0, count: count)
            try WeightsFile.place(file.tensors, of: "it", into: &read, .tiny)
            #expect(read == (0..<count).map { Double($0) })
            #expect(file.state.position.epoch == 1)
        }
    }

    @Test func keepsTwoAndTellsOfAll() throws {
        try withRunFolder { path in
            let checkpointer = Checkpointer(try RunFolder.create(path), topology: .tiny)
            for epoch in 1...4 { save(epoch, [Float](repeating: 2, count: count), by: checkpointer) }
            try checkpointer.finish()
            #expect(checkpointer.takeEvents().map(\.epoch) == [1, 2, 3, 4])
            #expect(checkpointer.takeEvents().isEmpty)
            let names = try Folder.names(in: path + "/checkpoints").sorted()
            #expect(names == ["epoch-0002-step-000000.safetensors", "epoch-0003-step-000000.safetensors"])
            #expect(checkpointer.newest == "\(path)/checkpoints/\(names[1])")
        }
    }

    /// What a run that diverges came to does not take the place of what was good.
    @Test(arguments: [Float.nan, .infinity, -.infinity]) func leavesOutWhatIsNoNumber(bad: Float) throws {
        try withRunFolder { path in
            let checkpointer = Checkpointer(try RunFolder.create(path), topology: .tiny)
            var parameters = [Float](repeating: 2, count: count)
            save(1, parameters, by: checkpointer)
            parameters[count - 1] = bad
            save(2, parameters, by: checkpointer)
            try checkpointer.finish()
            #expect(checkpointer.takeEvents().map(\.epoch) == [1])
            #expect(checkpointer.newest?.hasSuffix("epoch-0000-step-000000.safetensors") == true)
        }
    }

    @Test func aFailureStays() throws {
        try withRunFolder { path in
            let checkpointer = Checkpointer(try RunFolder.create(path), topology: .tiny)
            #expect(checkpointer.failure == nil)
            Folder.remove(path)
            save(1, [Float](repeating: 2, count: count), by: checkpointer)
            let failure = #expect(throws: Failure.self) { try checkpointer.finish() }
            #expect(failure?.status == .cannotWrite && checkpointer.failure == failure)
            #expect(failure?.message.contains("was removed or replaced") == true)
            #expect(!Folder.exists(path), "it is not made anew")
        }
    }

    @Test func aCheckpointThatIsRemovedIsMissed() throws {
        try withRunFolder { path in
            let checkpointer = Checkpointer(try RunFolder.create(path), topology: .tiny)
            save(1, [Float](repeating: 2, count: count), by: checkpointer)
            try checkpointer.finish()
            Folder.remove(try #require(checkpointer.newest))
            let failure = #expect(throws: Failure.self) { try checkpointer.finish() }
            #expect(failure?.status == .cannotWrite && failure?.message.hasSuffix("the run is not saved") == true)
        }
    }

    private func save<Scalar: Real>(_ epoch: Int, _ parameters: [Scalar], by checkpointer: Checkpointer) {
        parameters.withUnsafeBufferPointer {
            checkpointer.save([("", $0.baseAddress!)], state: .of(epoch: epoch))
        }
    }
}
