import Cluster
import Foundation
import Testing

@testable import Storage
@testable import Training

/// What finds that something went wrong unseen, and what says where a run stands.
@Suite struct Reliability {
    /// Whichever bit of whichever byte changes, the checksum does.
    @Test(arguments: [1, 7, 8, 31, 32, 33, 100]) func checksumSeesEveryBit(size: Int) {
        var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
        let whole = bytes.withUnsafeBytes { Checksum.of($0) }
        for bit in 0..<8 * size {
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(bytes.withUnsafeBytes { Checksum.of($0) } != whole, "bit \(bit)")
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
        #expect(bytes.withUnsafeBytes { Checksum.of($0) } == whole)
        #expect((bytes + [0]).withUnsafeBytes { Checksum.of($0) } != whole)
    }

    @Test func accountingIsOfTheSetNotOfTheOrder() {
        let all = Accounting.of(0..<1000 as Range<UInt32>)
        #expect(Accounting.of((0..<1000 as Range<UInt32>).reversed()) == all)
        #expect(Accounting.of([UInt32](0..<999) + [998]) != all, "one twice, one never: the count is right")
        #expect(all - Accounting.of(0..<300 as Range<UInt32>) == Accounting.of(300..<1000 as Range<UInt32>))
    }

    @Test func intervalsOfCheckpoints() {
        #expect(EpochsOrSteps("3") == .epochs(3) && EpochsOrSteps("500steps") == .steps(500))
        for text in ["", "0", "-1", "steps", "0steps", "3 steps", "1.5", "5step"] {
            #expect(EpochsOrSteps(text) == nil, "\(text)")
        }
        for text in ["3", "500steps"] { #expect(EpochsOrSteps(text)?.description == text) }
        #expect(CheckpointInterval("60s") == .seconds(60))
        for text in ["", "s", "0s", "-1s", "1.5s", "60 s", "60sec", "0", "0steps"] {
            #expect(CheckpointInterval(text) == nil, "\(text)")
        }
        for text in ["3", "500steps", "60s"] { #expect(CheckpointInterval(text)?.description == text) }
    }

    /// Steps of whole sets are saved by time; the end always.
    @Test func dueCheckpoints() throws {
        func due(_ text: String, epoch: Int?, step: Int, isLast: Bool = false, since seconds: Double = 0) throws -> Bool
        {
            try #require(CheckpointInterval(text)).isDue(epoch: epoch, step: step, isLast: isLast, since: seconds)
        }
        #expect(try due("3", epoch: 6, step: 60) && !due("3", epoch: 7, step: 70) && !due("3", epoch: nil, step: 63))
        #expect(try due("3", epoch: 7, step: 70, isLast: true))
        #expect(try due("7steps", epoch: nil, step: 14) && !due("7steps", epoch: 1, step: 10))
        #expect(try due("2s", epoch: nil, step: 5, since: 2) && !due("2s", epoch: 1, step: 5, since: 1.9))
        #expect(try due("2s", epoch: 9, step: 5, isLast: true))
        var options = Configuration()
        #expect(options.checkpointEvery.description == "1")
        options.choose(.lbfgs)
        #expect(options.checkpointEvery == .seconds(1))
    }

    @Test func optionsThatDiffer() throws {
        var a = Configuration()
        var b = a
        #expect(try a.differences(from: b).isEmpty)
        b.learningRate = 0.5
        b.checkpointEvery = .turns(.steps(9))
        a.trainLimit = 7
        let found = try a.differences(from: b)
        #expect(found.map(\.option) == ["--checkpoint-every", "--learning-rate", "--train-limit"])
        #expect(found.map(\.value) == ["1", "10", "7"] && found.map(\.other) == ["9steps", "0.5", "none"])
    }
}
