import ArgumentParser
import Datasets
import Frontprop
import Storage
import Training

extension Configuration.TargetName: ExpressibleByArgument {
    /// Numbers come with a file of them, and not by their name.
    public static var allValueStrings: [String] { [labels, inputs].map(\.rawValue) }
}

/// RUN, and what is taken from its record unless it is given.
struct SavedModelOptions: ParsableArguments {
    @Argument(help: "A run's folder, or a model.safetensors, which wants --data.")
    var run: String?
    @Option(help: "The same as RUN.")
    var weights: String?
    @Option(
        help:
            "synthetic, mnist, a folder with the four IDX files, plain or .gz, or a table [what the run was trained on]."
    )
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

    /// What RUN is asked for, of the model called `name`.
    ///
    /// - Throws: as `SavedModel.init`.
    func use(_ name: String) throws -> ModelUse {
        var use = ModelUse(try SavedModel(name))
        (use.data, use.trainLimit, use.testLimit) = (data, trainLimit, testLimit)
        (use.target, use.precision) = (target, precision)
        use.warn = { Console.say("frontprop: warning: \($0)") }
        return use
    }
}
