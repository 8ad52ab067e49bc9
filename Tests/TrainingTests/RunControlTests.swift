import Cluster
import Foundation
import MPI
import Networks
import Storage
import Testing

@testable import Training

/// How a run ends, without a run.
@Suite struct RunControlTests {
    private static let lost = RunEnding.failed(Failure(.inputOutput, "the disk is gone"))
    private static let infinite = RunEnding.diverged(Failure(.diverged, "training diverged in step 3"))

    private func control(
        signal: String? = nil, report: @escaping (Event) throws -> Void = { _ in }
    ) throws -> RunControl {
        var surroundings = RunSurroundings()
        surroundings.report = report
        return RunControl(
            processes: try Processes(Environment.start().world), surroundings: surroundings, signal: { signal })
    }

    private func failure(of control: RunControl) -> Failure? {
        do { try control.settle() } catch { return Failure(of: error) }
        return nil
    }

    @Test func aRunWithoutIncidentIsDone() throws {
        let control = try control()
        try control.begin()
        #expect(control.request == .none)
        #expect(failure(of: control) == nil)
    }

    @Test func aSignalBeforeTheFirstStepEndsIt() throws {
        let control = try control(signal: "SIGTERM")
        #expect(throws: Failure(.interrupted, "stopped by SIGTERM before the first step; nothing to save")) {
            try control.begin()
        }
    }

    @Test func aSignalStopsAndSaves() throws {
        let control = try control(signal: "SIGUSR1")
        #expect(control.request == .stop)
        var saves = 0
        control.stop(at: "in epoch 2 of 5") { saves += 1 }
        #expect(saves == 1)
        #expect(
            failure(of: control)
                == Failure(
                    .interrupted, "stopped by SIGUSR1 in epoch 2 of 5; the run is saved, --resume goes on with it"))
    }

    /// The ranks to which no signal came stop with those to which one did.
    @Test func anotherRanksSignalIsNoFailureHere() throws {
        let control = try control()
        control.stop(at: "somewhere") {}
        #expect(failure(of: control) == nil)
    }

    /// Whatever comes first, the graver end counts; what has failed is not saved.
    @Test(arguments: [false, true], [false, true]) func theGraverEndCounts(fails: Bool, isReversed: Bool) throws {
        let control = try control(signal: "SIGINT")
        var saves = 0
        let ends: [() -> Void] = [
            { control.stop(at: "here") { saves += 1 } }, { control.end(fails ? Self.lost : Self.infinite) },
        ]
        for end in isReversed ? ends.reversed() : ends { end() }
        #expect(saves == (isReversed ? 0 : 1))
        #expect(control.request == (fails ? .failure : .stop))
        #expect(failure(of: control)?.status == (fails ? .inputOutput : .diverged))
    }

    @Test func ofTwoFailuresTheFirstIsTold() throws {
        let control = try control()
        control.attempt { throw CocoaError(.fileNoSuchFile) }
        control.end(Self.lost)
        control.end(Self.infinite)
        #expect(control.request == .failure)
        #expect(failure(of: control)?.status == .internalError)
    }

    @Test func divergenceIsToldAsWellAsItIsKnown() throws {
        let known = try control()
        known.end(Self.infinite)
        #expect(failure(of: known) == Failure(.diverged, "training diverged in step 3"))
        let unknown = try control()
        unknown.end(.diverged(nil))
        #expect(failure(of: unknown) == Failure(.diverged, "training diverged: the loss is not finite"))
    }

    // MARK: With a folder

    @Test func eventsAreRecordedThenToldAndCheckpointsAfterThem() throws {
        try withRunFolder { path in
            var told: [String] = []
            let control = try control { told.append(try $0.json()) }
            let folder = try RunFolder.create(path)
            let checkpointer = Checkpointer(folder, topology: .tiny)
            control.open(folder, checkpointer)
            save(1, by: control)
            try checkpointer.finish()
            try control.report(.end(EndEvent(epochs: 1, trainSeconds: 2, weightsSHA256: "ab")))
            save(2, by: control)
            #expect(failure(of: control) == nil)
            let kinds = told.map { $0.contains(#""event":"checkpoint""#) ? "checkpoint" : "end" }
            #expect(kinds == ["end", "checkpoint", "checkpoint"])
            let recorded = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)
            #expect(recorded.split(separator: "\n").map(String.init) == told)
        }
    }

    @Test func theLastGoodCheckpointIsNamed() throws {
        try withRunFolder { path in
            let control = try control()
            let folder = try RunFolder.create(path)
            control.open(folder, Checkpointer(folder, topology: .tiny))
            save(3, by: control)
            control.end(Self.infinite)
            let message = try #require(failure(of: control)?.message)
            #expect(
                message == "training diverged in step 3; the last good checkpoint is "
                    + "\(path)/checkpoints/epoch-0002-step-000000.safetensors")
        }
    }

    /// A folder that is gone ends the run; where that diverged, it says so all the same.
    @Test(arguments: [false, true]) func aCheckpointThatCannotBeWritten(diverges: Bool) throws {
        try withRunFolder { path in
            let control = try control()
            let folder = try RunFolder.create(path)
            let checkpointer = Checkpointer(folder, topology: .tiny)
            control.open(folder, checkpointer)
            Folder.remove(path)
            save(1, by: control)
            try? checkpointer.finish()
            if diverges { control.end(Self.infinite) } else { #expect(control.request == .failure) }
            #expect(failure(of: control)?.status == (diverges ? .diverged : .cannotWrite))
        }
    }

    private func save(_ epoch: Int, by control: RunControl) {
        [Float](repeating: 1, count: Topology.tiny.parameterCount).withUnsafeBufferPointer {
            control.save([("", $0.baseAddress!)], state: .of(epoch: epoch))
        }
    }
}
