import Datasets
import Foundation
import Networks
import Storage
import Training

/// A trained network in a run's folder or in a file of its own, and where it is a run's what it was trained on.
public struct SavedModel {
    /// What the user called it.
    let name: String
    /// The safetensors file.
    public let path: String
    /// As the run's record has it; of a lone file as its metadata do.
    public let network: Network
    public var topology: Topology { network.topology }
    /// Of the file's tensors.
    public let precision: Precision
    /// What the network makes of a table, where it learned from one.
    public let columns: TableColumns?
    /// Of the run; nil where RUN is a lone file.
    public let record: RunFolder.Record?

    /// - Throws: `.missingInput` where there is no model, `.badData` where file or record are not as they should be.
    public init(_ name: String) throws {
        self.name = name
        let isFolder = Folder.exists(name)
        path = isFolder ? name + "/model.safetensors" : name
        let isRun = isFolder && access(name + "/config.json", F_OK) == 0
        if isRun, access(path, F_OK) != 0, errno == ENOENT {
            throw Failure(
                .missingInput,
                "there is no file \(path): the run has not come to its end (train --resume \(name) goes on with it)")
        }
        let found = try WeightsFile.describe(path)
        let (topology, described) = (found.topology, found.network)
        record = isRun ? try RunFolder.Record.read(name) : nil
        let recorded = record?.options.network
        // A file from before there was a choice has no more than its sizes to say.
        if let recorded, recorded != described ?? recorded || recorded.topology != topology {
            throw Failure(
                .badData,
                "\(path) holds the network \(described?.description ?? topology.description), but \(name)/config.json is of "
                    + "a run of \(recorded)")
        }
        network = recorded ?? described ?? Network(topology)
        (precision, columns) = (found.precision, found.columns)
    }

    /// What the outputs are compared with: as given, or the run's; of a lone file as is usual for its sizes, which is warned of.
    ///
    /// - Throws: `.usage` where the network cannot have that target.
    func target(
        given: Configuration.TargetName?, warn: (String) -> Void
    ) throws -> Configuration.TargetName {
        let isSquare = topology.inputCount == topology.outputCount
        let head = network.head
        if let target = given ?? record?.options.target ?? columns?.targetName {
            guard target != .inputs || isSquare else {
                throw Failure(
                    .usage, "--target inputs needs a network with an output for each input, \(topology) is none")
            }
            guard head.loss.takes(head.activation, target.target) else {
                throw Failure(.usage, "--target \(target.rawValue) does not go with the network's head, \(head)")
            }
            return target
        }
        guard isSquare, head.loss.takes(head.activation, .inputs) else { return .labels }
        warn(
            "\(topology) has an output for each input, and is taken for an autoencoder; "
                + "--target labels says that its outputs name classes")
        return .inputs
    }

    /// The samples that the run was trained with, both sets, within the limits given or the run's own.
    ///
    /// - Throws: `.usage` of a lone file; `.missingInput` where the data are gone; `.badData` where they are others now.
    func tables(trainLimit: Int?, testLimit: Int?) throws -> any SampleTables {
        guard let options = record?.options, let checksum = record?.dataChecksum else {
            throw Failure(.usage, "\(name) is no run's folder, and does not say what it was trained on: give --data")
        }
        // As many as the run had are needed for the checksum, whatever is asked for; of rows the limit says which are whose.
        func larger(_ recorded: Int?, _ given: Int?) -> Int? {
            recorded.map { options.targets == nil && !options.isTable ? max($0, given ?? $0) : $0 }
        }
        var read = options
        (read.trainLimit, read.testLimit) = (
            larger(options.trainLimit, trainLimit), larger(options.testLimit, testLimit)
        )
        let source = DataSource(of: read)
        let tables: any SampleTables
        do {
            tables = try source.tables()
        } catch let failure as Failure {
            throw Failure(
                failure.status, "\(failure.message) (the data that the run \(name) was trained on; --data takes others)"
            )
        }
        let recorded = try tables.prefix(train: options.trainLimit, test: options.testLimit)
        let found = try NodeDataset.checksumText(of: recorded, target: options.target)
        guard found == checksum else {
            throw Failure(
                .badData,
                "the samples of \(options.data) are not those that the run \(name) was trained on: their checksum is "
                    + "\(found), expected \(checksum); --data \(options.data) takes them all the same")
        }
        return try tables.prefix(train: trainLimit ?? options.trainLimit, test: testLimit ?? options.testLimit)
    }
}
