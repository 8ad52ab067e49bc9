import ArgumentParser
import Frontprop
import MPI

struct Reproduce: ProgramCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a run again from its record, and compare every epoch and the weights.",
        discussion: """
            On any ranks and threads, under mpirun or not. Ends with 0 where all is the same, and with 1 at the first figure \
            that is not, saying what differs: the numerics or the data.
            """)

    @Argument(help: "The folder of a run.")
    var directory: String
    @Option(help: "Train and compare the first N epochs (rounds of a genetic search) alone.")
    var epochs: Int?
    @Option(help: "The samples, where they are no longer where the run had them.")
    var data: String?
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Option(name: .customLong("run"), help: "Keep the new run in this folder [none is kept].")
    var runFolder: String?
    @Flag(help: "No progress, only what was found and the hash of the weights.")
    var quiet = false
    @Flag(help: "Events as JSON lines on standard output.")
    var json = false

    func validate() throws {
        try requireLimits([("--epochs", epochs, 1...1 << 31), ("--threads", threads, threadsRange)])
    }

    func run(in environment: Environment) throws {
        var run = TrainingRun(.reproduced(folder: directory, turns: epochs, data: data))
        run.destination = runFolder.map { .folder($0) } ?? .temporary(name: "reproduce")
        run.threads = threads
        try TrainOutput(quiet: quiet, json: json, environment).show(run, on: environment.world)
    }
}
