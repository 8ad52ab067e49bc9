import ArgumentParser
import Networks
import Training

/// How weights follow gradients; a genetic search has no use for any of it.
struct DescentOptions: RunOptions {
    @Option(help: "Passes over the training set (\(Recipe.defaults { "\($0.epochs)" })).")
    var epochs: Int?
    @Option(
        help:
            "Samples of a minibatch, over all ranks (\(Recipe.defaults { "\($0.batchSize)" }); \(Optimizer.namesOfWholeSets): all)."
    )
    var batchSize: Int?
    @Option(
        help:
            "Rate of the steps (\(Optimizer.defaults(of: \.learningRate)); of sgd in modern: \(Recipe.modern.options(of: .sgd).learningRate!))."
    )
    var learningRate: Double?
    @Option(help: "Of sgd: v = momentum·v - rate·gradient; w = w + v (\(Optimizer.defaults(of: \.momentum))).")
    var momentum: Double?
    @Flag(help: "Of sgd: w = w + momentum·v - rate·gradient instead, with the new v.")
    var nesterov = false
    @Option(help: "Of adam: how much of the mean of the gradients a step keeps (\(Optimizer.defaults(of: \.beta1))).")
    var beta1: Double?
    @Option(help: "Of adam: how much of the mean of their squares (\(Optimizer.defaults(of: \.beta2))).")
    var beta2: Double?
    @Option(
        help:
            "λ: λ·w is added to the gradient; of adamw w = w - rate·λ·w (\(Optimizer.defaults(of: \.weightDecay)))."
    )
    var weightDecay: Double?
    @Option(
        help:
            "Of lm: the first λ of (JᵀJ + λD)Δ = -g, D being JᵀJ's diagonal (\(Optimizer.defaults(of: \.damping)))."
    )
    var damping: Double?
    @Option(
        help:
            "Of lm and lbfgs: end when no element of the gradient is larger (\(Optimizer.defaults(of: \.gradientTolerance)))."
    )
    var gradientTolerance: Double?
    @Option(help: "Scale the gradient down where its norm over all parameters is above this (default: no limit).")
    var clipNorm: Double?
    @Option(
        help: ArgumentHelp("\(Schedule.summaries) (default: constant).", valueName: "schedule"),
        transform: { try parsed($0, fault: Schedule.refusal) })
    var schedule: Schedule?
    @Option(
        help: "Grow to the rate over the first N epochs, or Nsteps; the schedule begins after them (default: none).",
        transform: { try parsed($0, fault: EpochsOrSteps.refusal) })
    var warmup: EpochsOrSteps?
    @Option(
        help:
            "End when the validation loss has not fallen for N epochs, with the best epoch's weights (default: never; modern, of a table: 50)."
    )
    var patience: Int?
    @Option(help: "Of lbfgs: the steps that a direction goes by (\(Optimizer.defaults(of: \.history))).")
    var history: Int?
    @Flag(help: "Take the samples in the order of the file.")
    var noShuffle = false

    static var settings: [Setting<Self>] {
        [
            Setting("--epochs", \.epochs, \.epochs), Setting("--batch-size", \.batchSize, \.batchSize),
            Setting("--learning-rate", \.learningRate, \.learningRate), Setting("--momentum", \.momentum, \.momentum),
            Setting("--nesterov", \.nesterov, \.nesterov, is: true), Setting("--beta1", \.beta1, \.beta1),
            Setting("--beta2", \.beta2, \.beta2), Setting("--weight-decay", \.weightDecay, \.weightDecay),
            Setting("--damping", \.damping, \.damping),
            Setting("--gradient-tolerance", \.gradientTolerance, \.gradientTolerance),
            Setting("--clip-norm", \.clipNorm, \.clipNorm), Setting("--schedule", \.schedule, \.schedule),
            Setting("--warmup", \.warmup, \.warmup), Setting("--patience", \.patience, \.patience),
            Setting("--history", \.history, \.history),
            Setting("--no-shuffle", \.noShuffle, \.shuffle, is: false),
        ]
    }
}
