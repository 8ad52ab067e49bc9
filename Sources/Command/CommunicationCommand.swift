import ArgumentParser
import Foundation
import Frontprop
import MPI
import Storage

/// Who the ranks of a layout are, and how long their all-reduces take; started by `scaling` under a launcher.
struct CommunicationCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "communication", abstract: "Describe the ranks, and time all-reduces.", shouldDisplay: false)

    @Option(help: "Numbers of 64-bit words to all-reduce.")
    var words = CommaSeparated<Int>([])
    @Option(help: "Numbers of float32 to all-reduce.")
    var floats = CommaSeparated<Int>([])
    @Option(help: "Numbers of float64 to all-reduce.")
    var doubles = CommaSeparated<Int>([])
    @Option(help: "Seconds to spend on each number.")
    var seconds = 0.2
    @Option(help: "Threads that a rank will have.")
    var threads = 1

    func validate() throws {
        for (name, values) in [("--words", words.values), ("--floats", floats.values), ("--doubles", doubles.values)] {
            try requireLimits(values.map { (name, $0, 1...1 << 28) })
        }
        try requireLimits([("--threads", threads, threadsRange)])
        guard (0...60).contains(seconds) else {
            throw ValidationError("--seconds must be at least 0 and at most 60, not \(seconds).")
        }
    }

    /// Prints what was measured as one JSON object.
    func run(in environment: Environment) throws {
        let result = try Communication.measure(
            .init(words: words.values, floats: floats.values, doubles: doubles.values), seconds: seconds,
            threads: threads, on: environment.world)
        guard environment.world.rank == 0 else { return }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try Console.print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }
}
