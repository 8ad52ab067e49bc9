import Foundation
import Testing

/// Tests of the built program, started as its users start it: alone, and under `mpirun`.
///
/// One after the other: each starts several processes, and some watch how fast they end.
@Suite(.serialized) struct Integration {}

/// The built program `frontprop`.
enum Program {
    /// `FRONTPROP_BINARY`, or the program beside the bundle of these tests.
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["FRONTPROP_BINARY"] { return path }
        let arguments = CommandLine.arguments
        var bundles = [arguments[0], Bundle.main.bundlePath, Bundle.main.executablePath ?? arguments[0]]
        if let option = arguments.firstIndex(of: "--test-bundle-path"), option + 1 < arguments.count {
            bundles.append(arguments[option + 1])
        }
        var folders = bundles.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        folders.append(Bundle.main.bundleURL)
        let candidates = folders.map { $0.appendingPathComponent("frontprop").path }
        return candidates.first(where: FileManager.default.isExecutableFile) ?? candidates[0]
    }()

    /// Whether the program can run on several ranks; without the trait `MPI` it cannot.
    static let hasMPI = Task {
        let outcome = try await run(["train"], variables: ["OMPI_COMM_WORLD_SIZE": "2"])
        return !outcome.errors.contains("built without MPI")
    }

    /// Cancels a case of several ranks, as a skipped one, where the program knows only one.
    static func requireMPI(for ranks: Int?) async throws {
        if ranks != nil, try await !hasMPI.value { try Test.cancel("the program is built without MPI") }
    }

    /// Runs `frontprop`, or another `program`, with `arguments`, under `mpirun` where `ranks` says how many processes.
    static func run(
        _ arguments: [String], ranks: Int? = nil, variables: [String: String] = [:], folder: String? = nil,
        input: String? = nil, limitSeconds: Double = 60, program: String = path
    ) async throws -> Outcome {
        try await start(arguments, ranks: ranks, variables: variables, folder: folder, input: input, program: program)
            .outcome(limitSeconds: limitSeconds)
    }

    /// Starts what `run` runs.
    static func start(
        _ arguments: [String], ranks: Int? = nil, variables: [String: String] = [:], folder: String? = nil,
        input: String? = nil, program: String = path
    ) throws -> Child {
        let command = try ranks.map { try [mpirun()] + launch($0) + [program] } ?? [program]
        return try Child(
            command[0], command.dropFirst() + arguments, variables: variables, folder: folder, input: input)
    }

    /// Runs `frontprop` under `mpirun`; also gives every rank's own exit code, of which `mpirun` shows only one.
    static func runAsking(
        _ arguments: [String], ranks: Int
    ) async throws -> (outcome: Outcome, statuses: [Int32?]) {
        try await runApart((0..<ranks).map { _ in arguments })
    }

    /// Runs ranks with a command line each under one `mpirun`; gives every rank's own exit code.
    ///
    /// - Parameter programs, folders: each rank's program and working folder, where they are not the usual ones.
    static func runApart(
        _ commands: [[String]], programs: [String]? = nil, folders: [String]? = nil
    ) async throws -> (outcome: Outcome, statuses: [Int32?]) {
        try await withTemporaryFolder { folder in
            // Each rank ends with 0, so that mpirun kills none that has not yet said how it ended.
            let script = #"folder=$0; "$@"; echo $? > "$folder/$OMPI_COMM_WORLD_RANK""#
            let parts = commands.enumerated().map { rank, arguments in
                ["-n", "1"] + (folders.map { ["-wdir", $0[rank]] } ?? [])
                    + ["sh", "-c", script, folder, programs?[rank] ?? path] + arguments
            }
            let outcome = try await Child(
                mpirun(), ["--oversubscribe"] + parts.joined(separator: [":"])
            ).outcome()
            let statuses = commands.indices.map { rank in
                let text = try? String(contentsOfFile: "\(folder)/\(rank)", encoding: .utf8)
                return text.flatMap { Int32($0.trimmingCharacters(in: .newlines)) }
            }
            return (outcome, statuses)
        }
    }

    private static func launch(_ ranks: Int) -> [String] { ["--oversubscribe", "-n", "\(ranks)"] }

    private static func mpirun() throws -> String {
        try #require(findExecutable("mpirun"), "the program is built with MPI, but there is no mpirun on the PATH")
    }
}

/// The first executable file called `name` in the folders of `PATH`.
func findExecutable(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
}

/// This host's name as the system calls give it, without asking a name server.
let hostName: String = {
    var name = [UInt8](repeating: 0, count: 256)
    _ = name.withUnsafeMutableBytes { gethostname($0.bindMemory(to: CChar.self).baseAddress!, 255) }
    return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
}()

extension Trait where Self == ConditionTrait {
    /// Skips a test of several ranks where the program knows only one.
    static var needsMPI: Self { .enabled("the program is built without MPI") { try await Program.hasMPI.value } }
}

/// Runs `body` with an empty folder, and removes it.
func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("frontprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// Builds a C library for LD_PRELOAD, which puts its own functions in the place of the C library's.
///
/// - Returns: where it lies in `folder`.
func preloaded(_ source: String, in folder: String) async throws -> String {
    let path = "\(folder)/preloaded"
    try source.write(toFile: path + ".c", atomically: false, encoding: .utf8)
    let built = try await Child("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", path + ".so", path + ".c"])
        .outcome()
    try #require(built.status == 0, "\(built.errors)")
    return path + ".so"
}
