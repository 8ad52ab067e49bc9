import ArgumentParser
import Datasets
import Frontprop
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
        let chosen = recipe.chosen(isTable: what.isTable)
        return network.model ?? network.hidden.map { "\($0)" } ?? (chosen.fitsData ? chosen.name : "classifier")
    }

    /// The options of a new run: the recipe's, with what was given in their place.
    ///
    /// - Throws: `.usage` where one is out of its limits, or they do not go together; what reading the samples throws.
    func resolved(_ reader: SampleReader) throws -> Configuration {
        var options = try what.isTable ? forTable(reader) : forOthers()
        guard network.model == nil, network.hidden != nil || options.recipe.fitsData || what.isTable else {
            return try applied(to: options)
        }
        let any = try applied(to: ofAnySamples(options))
        options.topology = try any.topology(hidden: hidden(options), fitting: reader.shape(for: any))
        return try applied(to: options)
    }

    private func hidden(_ options: Configuration) -> [Int] {
        network.hidden?.sizes ?? Array(options.topology.sizes.dropFirst().dropLast())
    }

    /// What needs no samples: any network with these layers will do.
    private func ofAnySamples(_ options: Configuration) -> Configuration {
        var options = options
        options.topology = Topology(sizes: [1] + hidden(options) + [1])!
        return options
    }

    private func forOthers() throws -> Configuration {
        let target = try what.targetName() ?? what.targetOfFile() ?? network.targetOfModel
        return Configuration(
            recipe.chosen(isTable: false), for: Recipe.Work(isImages: what.targets == nil, target: target))
    }

    /// What the recipe makes of a table, by what its columns are.
    private func forTable(_ reader: SampleReader) throws -> Configuration {
        func options(_ target: Configuration.TargetName) -> Configuration {
            Configuration(
                recipe.chosen(isTable: true), for: Recipe.Work(isImages: false, target: target, isTable: true))
        }
        let asksForInputs = what.asksForInputs || network.targetOfModel == .inputs
        // What would be refused whatever the table is like, before it is read.
        let possible = (asksForInputs ? [Configuration.TargetName.inputs] : [.labels, .numbers]).map(options)
        let results = possible.map { plan in Result { try self.applied(to: ofAnySamples(plan)) } }
        if !results.contains(where: { (try? $0.get()) != nil }) { _ = try results[0].get() }
        var asked = options(asksForInputs ? .inputs : .numbers)
        what.apply(to: &asked)
        try what.applyOfData(to: &asked)
        let found = try reader.table(for: asked)
        var resolved = options(found.task.map { $0 == .classification ? .labels : .numbers } ?? .inputs)
        resolved.table.task = found.task
        if found.isSparse { resolved.table.scaleInputs = InputScaling.none }
        // A loss of other targets than any numbers takes those of the table as they are.
        var applied = resolved
        network.layers.apply(to: &applied)
        if applied.networkFault == nil, !applied.takesScaledTargets, resolved.table.scaleTargets != nil {
            resolved.table.scaleTargets = TargetScaling.none
        }
        return resolved
    }

    /// `options` with what was given in place of what was there.
    ///
    /// - Throws: `.usage` where one is out of its limits, or they do not go together.
    private func applied(to options: Configuration) throws -> Configuration {
        var options = options
        network.applySizes(to: &options)
        options.target = try what.targetOfFile() ?? options.target
        what.apply(to: &options)
        try what.applyOfData(to: &options)
        let groups: [any RunOptions] = [
            network, network.layers, recipe, recipe.descent, arithmetic, running,
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
        guard what.target == nil, options.target == .labels, !options.isTable,
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
