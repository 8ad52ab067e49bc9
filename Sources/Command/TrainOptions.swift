import ArgumentParser
import Networks
import Storage
import Training

/// All options of `train`, by what they are about.
struct TrainOptions: ParsableArguments {
    @OptionGroup(title: WhatOptions.title) var what: WhatOptions
    @OptionGroup(title: ModelOptions.title) var network: ModelOptions
    @OptionGroup(title: RecipeOptions.title) var recipe: RecipeOptions
    @OptionGroup(title: ArithmeticOptions.title) var arithmetic: ArithmeticOptions
    @OptionGroup(title: RunningOptions.title) var running: RunningOptions

    static let groups: [any TitledOptions.Type] = [
        WhatOptions.self, ModelOptions.self, RecipeOptions.self, ArithmeticOptions.self, RunningOptions.self,
    ]

    func validate() throws {
        if running.trace != nil && recipe.optimizer == .genetic {
            throw ValidationError("--trace shows the steps of gradient descent, not those of --optimizer genetic.")
        }
    }

    /// What a new run's folder is called by.
    var nameOfNetwork: String {
        network.model ?? network.hidden.map { "\($0)" } ?? (recipe.chosen.fitsData ? recipe.chosen.name : "classifier")
    }

    /// The options of a new run: the recipe's, with what was given in their place.
    ///
    /// - Parameter shape: reads what samples the run of these options learns from.
    /// - Throws: `.usage` where one is out of its limits, or they do not go together; what `shape` throws.
    func resolved(_ shape: (Configuration) throws -> SampleShape) throws -> Configuration {
        let target = try what.target ?? what.targetOfFile() ?? network.targetOfModel
        var options = Configuration(
            recipe.chosen, for: Recipe.Work(isImages: what.targets == nil, target: target))
        guard network.model == nil, network.hidden != nil || recipe.chosen.fitsData else {
            return try applied(to: options)
        }
        let hidden = network.hidden?.sizes ?? Array(options.topology.sizes.dropFirst().dropLast())
        // First what needs no samples: any network with these layers will do.
        options.topology = Topology(sizes: [1] + hidden + [1])!
        let any = try applied(to: options)
        options.topology = try any.topology(hidden: hidden, fitting: shape(any))
        return try applied(to: options)
    }

    /// `options` with what was given in place of what was there.
    ///
    /// - Throws: `.usage` where one is out of its limits, or they do not go together.
    private func applied(to options: Configuration) throws -> Configuration {
        var options = options
        network.applySizes(to: &options)
        options.target = try what.targetOfFile() ?? options.target
        let groups: [any RunOptions] = [
            what, network, network.layers, recipe, recipe.descent, arithmetic, running,
        ]
        for group in groups { group.apply(to: &options) }
        guard options.reduction == .exact || arithmetic.slices == nil else {
            throw Failure(.usage, "--slices goes with --reduction exact; allreduce has a slice per worker")
        }
        options.genetic = try recipe.genetic.applied(
            to: options, gradientOption: (recipe.descent.given + arithmetic.givenOfGradients).first)
        if let fault = options.fault { throw Failure(.usage, fault) }
        options.activation = options.activation.simplified
        return options
    }

    /// What is to be said of the target where it is not what the sizes may have been meant for; nil where there is nothing.
    func targetAdvice(_ options: Configuration) -> String? {
        guard what.target == nil, options.target == .labels,
            options.topology.inputCount == options.topology.outputCount
        else { return nil }
        return
            "\(options.topology) has an output for each input, and is trained on the labels, not as an autoencoder: that "
            + "would be --target inputs; --target labels says it without this warning"
    }

    /// The options of a run that goes on: those it was begun with, and what may be given anew.
    ///
    /// - Throws: `.usage` naming an option that would change the result, with both values.
    func resumed(_ begun: Configuration) throws -> Configuration {
        let options = try applied(to: begun)
        let changed = try options.differences(from: begun).filter { !Configuration.freeOptions.contains($0.option) }
        // Another optimiser brings options of its own: it is what was asked for.
        if let first = changed.first(where: { $0.option == "--optimizer" }) ?? changed.first {
            throw Failure(
                .usage,
                "\(first.option) of the run that is resumed is \(first.other), not \(first.value): it would change the "
                    + "result; leave it out")
        }
        guard options.epochs == begun.epochs || !options.schedule.spansRun else {
            throw Failure(
                .usage,
                "--epochs of the run that is resumed is \(begun.epochs), not \(options.epochs): its --schedule "
                    + "\(options.schedule) goes over just these, and with others every step would have had another rate; "
                    + "leave it out")
        }
        guard options.epochs >= begun.epochs else {
            throw Failure(
                .usage, "--epochs of the run that is resumed is \(begun.epochs): give more, not \(options.epochs)")
        }
        return options
    }
}
