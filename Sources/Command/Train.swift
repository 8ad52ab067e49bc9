import ArgumentParser
import Frontprop
import MPI
import Storage
import Training

struct Train: ProgramCommand, ExemplifiedCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network.",
        discussion: "Start it under mpirun for many processes; without, it runs as one process on all cores.")

    static let examples: [(what: String, line: String)] = [
        ("The article's classifier, on MNIST.", "frontprop train --data mnist"),
        ("The same on four ranks, with the same hash.", "mpirun -n 4 frontprop train --data mnist"),
        ("The article's autoencoder.", "frontprop train --data mnist --model autoencoder"),
        (
            "What a table's other columns say of one.",
            "frontprop train --data concrete.csv --target compressive_strength"
        ),
        ("Go on with a run that was stopped, for more epochs.", "frontprop train --resume runs/long --epochs 200"),
    ]
    static var examplesOfSections: [(title: String, line: String)] {
        TrainOptions.groups.map { ($0.title, "frontprop " + $0.example) }
    }

    @OptionGroup var given: TrainOptions

    func run(in environment: Environment) throws {
        let running = given.running
        var run = TrainingRun(origin)
        run.destination =
            running.runFolder.map { .folder($0) }
            ?? .newFolder(in: "runs", name: nameByTime(given.nameOfNetwork))
        run.threads = running.threads
        run.tracePath = running.trace
        run.fault = running.inject
        try TrainOutput(quiet: running.quiet, json: running.json, environment).show(run, on: environment.world)
    }

    private var origin: TrainingRun.Origin {
        if let resume = given.running.resume { return .resumed(folder: resume) { try given.resumed($0) } }
        return .new { reader in
            let options = try given.resolved(reader)
            if let advice = given.targetAdvice(options) { Console.say("frontprop: warning: \(advice)") }
            return options
        }
    }
}
