import ArgumentParser
import Cluster
import Foundation
import Storage
import Training

struct Reproduce: ParsableCommand {
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

    func run() throws {
        let processes = try Processes(Session.environment)
        var reproduction: Reproduction?
        let text = try processes.fromFirst {
            let found = try Reproduction(of: directory, turns: epochs)
            reproduction = found
            var options = found.options
            options.data = data ?? options.data
            return String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        }
        let options = try JSONDecoder().decode(Configuration.self, from: Data(text.utf8))
        var temporary: String?
        try processes.agree {
            if processes.isFirst, runFolder == nil { temporary = try Folder.createTemporary("reproduce") }
        }
        defer { temporary.map(Folder.remove) }
        try training(in: runFolder ?? temporary.map { $0 + "/run" })
            .train(options, processes, reproduction: reproduction)
    }

    /// The command that trains, on the first rank into `folder`; the options are the record's.
    private func training(in folder: String?) throws -> Train {
        var arguments = folder.map { ["--run=\($0)"] } ?? []
        if let threads { arguments.append("--threads=\(threads)") }
        if quiet { arguments.append("--quiet") }
        if json { arguments.append("--json") }
        return try Train.parse(arguments)
    }
}
