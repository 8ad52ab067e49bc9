import Foundation
import Networks
import Storage

@testable import Training

extension Topology {
    /// Parameters that fit on a screen.
    static let tiny = Topology(sizes: [2, 3, 2])!
}

extension TrainingState {
    /// At the beginning of an epoch.
    static func of(epoch: Int) -> TrainingState {
        var position = Position()
        position.epoch = epoch
        return TrainingState(options: Configuration(), dataChecksum: "ab", position: position)
    }
}

/// Calls `body` with the path of a folder that is not there yet, and removes what it has become.
func withRunFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    try Folder.withTemporary("training") { try body($0 + "/run") }
}
