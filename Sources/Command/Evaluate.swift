import ArgumentParser
import Foundation
import Frontprop
import MPI
import Storage

struct Evaluate: ProgramCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loss and accuracy of a trained network, on the data it was trained with or on --data.",
        discussion: """
            Data, limits, target and precision are the run's unless they are given; data that are not those that the run \
            was trained with are refused, unless --data names them.
            """)

    @OptionGroup var saved: SavedModelOptions
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Flag(help: "The result as one JSON object.")
    var json = false

    func validate() throws {
        try requireLimits([("--threads", threads, threadsRange)])
    }

    func run(in environment: Environment) throws {
        try ModelUse.evaluate(on: environment.world, threads: threads, { try saved.use(saved.name()) }) { result in
            guard json else { return try Console.print(result) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try Console.print(String(decoding: try encoder.encode(result), as: UTF8.self))
        }
    }
}
