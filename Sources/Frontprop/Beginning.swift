import Datasets
import Foundation
import Storage
import Training

/// What a run starts from, and where it is written: what the first rank alone looks into. Empty on the others.
///
/// It holds the lock of the run's folder from the moment that its record is read.
final class Beginning {
    private(set) var folder: RunFolder?
    /// Of a run that goes on: what it was begun as.
    private(set) var record: RunFolder.Record?
    private(set) var reproduction: Reproduction?
    private var temporary: String?
    let reader = SampleReader()

    var isResumed: Bool { record != nil }

    /// The options of the run.
    ///
    /// - Throws: what its origin throws; `.cannotWrite` where a trace could not be written in the end.
    func options(of run: TrainingRun) throws -> Configuration {
        try Self.check(run.tracePath, destination: run.destination)
        switch run.origin {
        case .new(let options):
            return try options(reader)
        case .resumed(let path, let changed):
            let opened = try RunFolder.open(path)
            let record = try opened.record()
            (folder, self.record) = (opened, record)
            // An edited option may ask for samples by the million: before they are read.
            _ = try newestCheckpoint(of: opened) { $0.identityFault(record.options, record.dataChecksum) }
            return try changed(record.options)
        case .reproduced(let path, let turns, let data):
            let found = try Reproduction(of: path, turns: turns)
            reproduction = found
            var options = found.options
            options.data = data ?? options.data
            return options
        }
    }

    /// Refuses a file that could not be written in the end; the run's own folder may not be there yet.
    private static func check(_ trace: String?, destination: TrainingRun.Destination) throws {
        guard let trace else { return }
        if case .folder(let path) = destination, Files.normalized(path) == Files.folder(of: trace) { return }
        try AtomicFile.check(trace)
    }

    /// The checkpoint that a run goes on from, where it does and one was made.
    func checkpoint(_ dataset: NodeDataset, report: (String) -> Void) throws -> CheckpointFile<TrainingState>? {
        guard let folder, let record else { return nil }
        let options = record.options
        let schedule = MinibatchSchedule(options, sampleCount: dataset.train.count)
        return try newestCheckpoint(of: folder, report: report) {
            $0.fault(in: options, dataChecksum: dataset.checksumText, minibatches: schedule.minibatchCount)
        }
    }

    /// The newest checkpoint that is whole and has no `fault`; nil when the run was stopped before its first.
    private func newestCheckpoint(
        of folder: RunFolder, report: (String) -> Void = { _ in }, fault: (TrainingState) -> String?
    ) throws -> CheckpointFile<TrainingState>? {
        do {
            return try folder.checkpoints.newestReadable(fault: fault, report: report)
        } catch let failure as Failure where failure.status == .missingInput {
            report("\(folder.path) holds no checkpoint yet; the run starts from its beginning")
            return nil
        }
    }

    /// The folder of the run that goes on, or that of a new one; nil where that is written nowhere.
    func openFolder(_ destination: TrainingRun.Destination) throws -> RunFolder? {
        if let folder { return folder }
        switch destination {
        case .nowhere: break
        case .folder(let path): folder = try RunFolder.create(path)
        case .newFolder(let parent, let name): folder = try RunFolder.createNew(in: parent, name: name)
        case .temporary(let name):
            let parent = try Folder.createTemporary(name)
            temporary = parent
            folder = try RunFolder.create(parent + "/run")
        }
        return folder
    }

    func removeTemporary() { temporary.map(Folder.remove) }
}
