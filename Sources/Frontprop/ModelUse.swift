import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Storage
import Training

/// What a trained network is used on: what is given here, and the run's own for the rest.
public struct ModelUse {
    public let model: SavedModel
    /// The samples, as of `DataSource`; nil for those that the run was trained on.
    public var data: String?
    /// The first so many of each set; nil for as many as the run.
    public var trainLimit: Int?
    public var testLimit: Int?
    /// What the outputs stand for.
    public var target: Configuration.TargetName?
    public var precision: Precision?
    /// Told what had to be guessed.
    public var warn: (String) -> Void = { _ in }

    public init(_ model: SavedModel) { self.model = model }

    /// As given, the run's, or of a lone file's tensors.
    public var resolvedPrecision: Precision { precision ?? model.record?.options.precision ?? model.precision }

    /// As given, or the run's; of a lone file as is usual for its sizes, which is warned of.
    ///
    /// - Throws: `.usage` where the network cannot have that target.
    public func resolvedTarget() throws -> Configuration.TargetName { try model.target(given: target, warn: warn) }

    /// Training and test set: as given, or the run's.
    ///
    /// - Throws: as `DataSource.load`; `.usage` of a lone file, `.badData` where the run's data are others now.
    public func tables() throws -> any SampleTables {
        guard let data else { return try model.tables(trainLimit: trainLimit, testLimit: testLimit) }
        if let columns = model.columns { return try preparedTable(columns, data: data) }
        return try DataSource(name: data, trainLimit: trainLimit, testLimit: testLimit).load()
    }

    /// One set of images, and what it is called: from `file`, as given, or the run's. Only the run's must have labels.
    ///
    /// - Parameter file: an IDX file of images, a folder as of `data`, or `-` for an IDX file on standard input.
    /// - Throws: as `tables`; `.usage` where `file` and `data` are given.
    func images(_ part: Dataset.Part, file: String?) throws -> (images: ImageSet, name: String) {
        let limit = part == .train ? trainLimit : testLimit
        if let file {
            guard data == nil else { throw Failure(.usage, "FILE and --data exclude each other") }
            if !Folder.exists(file) {
                let images = try file == "-" ? standardInput() : ImageSet.read(images: file, labels: nil)
                return (images.prefix(limit ?? images.count), file)
            }
        }
        guard let name = file ?? data else {
            guard let dataset = try tables().images else {
                throw Failure(.usage, "\(model.name) was trained on rows of numbers: images are wanted here")
            }
            return (dataset[part], dataset.name)
        }
        return (try DataSource(name: name, trainLimit: trainLimit, testLimit: testLimit).load(part), name)
    }

    /// Chosen samples of one set, in memory of this process.
    ///
    /// - Parameter file: as of `images`.
    /// - Throws: as `images`; `.usage` of a sample that is not there; `.badData` where the network cannot take them.
    public func samples(_ set: SampleSet, file: String?, _ choice: SampleChoice) throws -> ChosenSamples {
        guard let part = Dataset.Part(set) else {
            throw Failure(.usage, "--set \(set.rawValue): of images there are the sets train and test")
        }
        let (images, name) = try images(part, file: file)
        let numbers = try choice.numbers(in: images, set: set.rawValue)
        return try ChosenSamples(
            images, numbers, name: name, network: model.network, target: try resolvedTarget().target,
            limit: resolvedPrecision.largest)
    }

    private func standardInput() throws -> ImageSet {
        let name = StandardInput.name
        let array = try StandardInput.bytes().withUnsafeBytes { try IDXArray.parse($0, name: name) }
        return try ImageSet(images: array, imagesName: name)
    }

    /// What a network is measured with: a run's options of which only these count.
    private func options() throws -> Configuration {
        var options = Configuration()
        options.network = model.network
        options.target = try resolvedTarget()
        options.precision = resolvedPrecision
        options.weights = model.path
        return options
    }
}

extension ModelUse {
    /// Loss and accuracy on both sets, by all ranks of `world`. Collective.
    ///
    /// - Parameters:
    ///   - use: called on the first rank, which alone looks into files.
    ///   - threads: workers of each rank; nil for the cores that it may use.
    ///   - tell: told the result, on the first rank.
    /// - Throws: the same `Failure` on every rank, but for what `tell` throws; `.diverged` where a loss is not finite.
    public static func evaluate(
        on world: Communicator, threads: Int?, _ use: () throws -> ModelUse, tell: (EvaluationResult) throws -> Void
    ) throws {
        try world.requireSame("the activations and losses that they define", Network.definitions)
        try Processes.with(world) { processes in
            var known: ModelUse?
            let options = try processes.fromFirst {
                let made = try use()
                known = made
                return try made.options()
            }
            var isLone = false
            let load: () throws -> any SampleTables = {
                let tables = try known!.tables()
                guard let table = tables.table, table.rows[.train] == nil else { return tables }
                // A set alone is measured in the place of that which a run trains with.
                isLone = true
                return table.renamed(.test, as: .train)
            }
            var result =
                switch options.precision {
                case .float32: try evaluate(Float.self, options, processes, threads, load)
                case .float64: try evaluate(Double.self, options, processes, threads, load)
                }
            if isLone { (result.scores[.test], result.scores[.train]) = (result.scores[.train], nil) }
            try processes.agree {
                guard processes.isFirst, !result.scores.areFinite else { return }
                let losses = result.scores.all.map { "\($1.loss) on the \($0.title) set" }
                throw Failure(
                    .diverged,
                    "\(known!.model.name): the loss is \(losses.joined(separator: " and ")): the network's weights are too "
                        + "large for \(options.precision.rawValue)")
            }
            if processes.isFirst { try tell(result) }
        }
    }

    private static func evaluate<Scalar: Real & Datatype>(
        _: Scalar.Type, _ options: Configuration, _ processes: Processes, _ threads: Int?,
        _ load: () throws -> any SampleTables
    ) throws -> EvaluationResult {
        let threads = threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: .exact, threads: threads)
        let dataset = try NodeDataset(
            processes: processes, network: options.network, target: options.target.target,
            precision: options.precision, load: load)
        let run = try Run<Scalar>(
            processes: processes, team: team, configuration: options.resolved(workers: team.totalWorkers),
            dataset: dataset)
        return try run.evaluate()
    }
}
