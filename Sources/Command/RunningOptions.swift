import ArgumentParser
import Frontprop
import Training

extension EpochsOrSteps: ExpressibleByArgument {}
extension CheckpointInterval: ExpressibleByArgument {}
extension FaultInjection: ExpressibleByArgument {}

/// Where it runs, and what is kept and shown of it.
struct RunningOptions: TitledOptions {
    static let title = "Running"
    static let example = "train --epochs 100 --run runs/long --checkpoint-every 500steps"

    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Option(name: .customLong("run"), help: "Where everything is written [runs/<time>-<model>].")
    var runFolder: String?
    @Option(
        help:
            "Go on with the run in this folder, on any number of ranks and threads; only --data, --threads, --epochs (more of them), --quiet, --json and --trace may be given anew."
    )
    var resume: String?
    @Option(
        help:
            "Save the run every N epochs, every Nsteps, or every Ns seconds (default: 1; \(Optimizer.namesOfWholeSets): 1s)."
    )
    var checkpointEvery: CheckpointInterval?
    @Option(help: "Write a timeline of all workers to this file, for Perfetto or chrome://tracing.")
    var trace: String?
    @Flag(help: "No progress, only the hash of the weights.")
    var quiet = false
    @Flag(help: "Events as JSON lines on standard output.")
    var json = false
    @Option(help: .hidden)
    var inject: FaultInjection?

    static var settings: [Setting<Self>] { [Setting("--checkpoint-every", \.checkpointEvery, \.checkpointEvery)] }

    func validate() throws {
        try requireLimits([("--threads", threads, threadsRange)])
        if resume != nil && runFolder != nil {
            throw ValidationError("--resume names the run's folder: leave out --run.")
        }
    }
}
