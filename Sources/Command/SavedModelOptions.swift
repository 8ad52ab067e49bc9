import ArgumentParser
import Datasets
import Foundation
import Networks
import Storage
import Training

extension Configuration.TargetName: ExpressibleByArgument {}

/// RUN, and what is taken from its record unless it is given.
struct SavedModelOptions: ParsableArguments {
    @Argument(help: "A run's folder, or a model.safetensors, which wants --data.")
    var run: String?
    @Option(help: "The same as RUN.")
    var weights: String?
    @Option(help: "synthetic, mnist, or a folder with the four IDX files, plain or .gz [what the run was trained on].")
    var data: String?
    @Option(help: "Use the first N training samples [as many as the run].")
    var trainLimit: Int?
    @Option(help: "Use the first N test samples [as many as the run].")
    var testLimit: Int?
    @Option(help: "What the outputs stand for, labels or inputs [what the run was trained for].")
    var target: Configuration.TargetName?
    @Option(help: "float32 or float64 [the run's].")
    var precision: Precision?

    func validate() throws {
        for (name, limit) in [("--train-limit", trainLimit), ("--test-limit", testLimit)] {
            guard let limit, !(1...Configuration.mostSamples).contains(limit) else { continue }
            throw ValidationError("\(name) must be at least 1 and at most \(Configuration.mostSamples), not \(limit).")
        }
        if run == nil && weights == nil { throw ValidationError("Name a run's folder, or a model.safetensors.") }
    }

    /// What RUN is.
    ///
    /// - Throws: `.usage` where it is given twice.
    func name() throws -> String {
        let (name, file) = try words(file: nil)
        guard file == nil else { throw Self.twice }
        return name
    }

    /// RUN and FILE of a command that takes both; with `--weights` the first word is FILE.
    ///
    /// - Throws: `.usage` where RUN is given twice.
    func words(file: String?) throws -> (run: String, file: String?) {
        switch (weights, run, file) {
        case (let weights?, let run, nil): return (weights, run)
        case (nil, let run?, let file): return (run, file)
        default: throw Self.twice
        }
    }

    private static let twice = Failure(.usage, "RUN is given twice, by itself and by --weights: leave out one")

    /// As given, the run's, or of a lone file's tensors.
    func precision(of model: SavedModel) -> Precision {
        precision ?? model.record?.options.precision ?? model.precision
    }

    /// Training and test set: as given, or the run's.
    ///
    /// - Throws: as `DataSource.load` and `SavedModel.dataset`.
    func dataset(of model: SavedModel) throws -> Dataset {
        guard let data else { return try model.dataset(trainLimit: trainLimit, testLimit: testLimit) }
        return try DataSource(name: data, trainLimit: trainLimit, testLimit: testLimit).load()
    }

    /// One set of images, and what it is called: from `file`, as given, or the run's. Only the run's must have labels.
    ///
    /// - Parameter file: an IDX file of images, a folder as of `--data`, or `-` for an IDX file on standard input.
    /// - Throws: as `dataset`; `.usage` where `file` and `--data` are given.
    func images(_ set: SetName, of model: SavedModel, file: String?) throws -> (images: ImageSet, name: String) {
        let limit = set == .train ? trainLimit : testLimit
        if let file {
            guard data == nil else { throw Failure(.usage, "FILE and --data exclude each other") }
            if !SavedModel.isFolder(file) {
                let images = try file == "-" ? standardInput() : ImageSet.read(images: file, labels: nil)
                return (images.prefix(limit ?? images.count), file)
            }
        }
        guard let name = file ?? data else {
            let dataset = try dataset(of: model)
            return (dataset[set.part], dataset.name)
        }
        let source = DataSource(name: name, trainLimit: trainLimit, testLimit: testLimit)
        return (try source.load(set.part), name)
    }

    private func standardInput() throws -> ImageSet {
        let bytes: Data
        do {
            bytes = try FileHandle.standardInput.readToEnd() ?? Data()
        } catch {
            throw Failure(.inputOutput, "cannot read standard input", errno: errno)
        }
        let array = try bytes.withUnsafeBytes { try IDXArray.parse($0, name: "standard input") }
        return try ImageSet(images: array, imagesName: "standard input")
    }
}
