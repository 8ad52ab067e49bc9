import ArgumentParser
import Frontprop
import MPI
import Storage
import Training

struct Train: ProgramCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network.",
        discussion: "Start it under mpirun for many processes; without, it runs as one process on all cores.")

    @OptionGroup var given: TrainOptions
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Option(name: .customLong("run"), help: "Where everything is written [runs/<time>-<model>].")
    var runFolder: String?
    @Option(
        help:
            "Go on with the run in this folder, on any number of ranks and threads; only --data, --threads, --epochs (more of them), --quiet, --json and --trace may be given anew."
    )
    var resume: String?
    @Option(help: "Write a timeline of all workers to this file, for Perfetto or chrome://tracing.")
    var trace: String?
    @Flag(help: "No progress, only the hash of the weights.")
    var quiet = false
    @Flag(help: "Events as JSON lines on standard output.")
    var json = false
    @Option(help: .hidden)
    var inject: FaultInjection?

    func validate() throws {
        try requireLimits([("--threads", threads, threadsRange)])
        if trace != nil && given.optimizer == .genetic {
            throw ValidationError("--trace shows the steps of gradient descent, not those of --optimizer genetic.")
        }
        if resume != nil && runFolder != nil {
            throw ValidationError("--resume names the run's folder: leave out --run.")
        }
    }

    func run(in environment: Environment) throws {
        var run = TrainingRun(origin)
        run.destination =
            runFolder.map { .folder($0) } ?? .newFolder(in: "runs", name: nameByTime(given.model ?? "classifier"))
        run.threads = threads
        run.tracePath = trace
        run.fault = inject
        try TrainOutput(quiet: quiet, json: json, environment).show(run, on: environment.world)
    }

    private var origin: TrainingRun.Origin {
        if let resume { return .resumed(folder: resume) { try given.resumed($0) } }
        return .new {
            let options = try given.applied(to: Configuration())
            if let advice = given.targetAdvice(options) { Console.say("frontprop: warning: \(advice)") }
            return options
        }
    }
}
