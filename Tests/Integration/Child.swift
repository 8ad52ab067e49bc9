import Foundation

/// How a child process ended.
struct Outcome {
    let status: Int32
    let output: String
    let errors: String
    let seconds: Double

    var outputLines: [Substring] { output.split(separator: "\n") }

    /// What the program said, without warnings and without the words of `mpirun` itself.
    var messages: [Substring] {
        errors.split(separator: "\n").filter {
            $0.hasPrefix("frontprop:") && !$0.hasPrefix("frontprop: warning:")
        }
    }

    /// The 64 hexadecimal digits that the last line must hold, by themselves or in JSON; nil where it does not.
    var hash: String? {
        guard let last = outputLines.last else { return nil }
        if let text = last.wholeMatch(of: /weights-sha256: ([0-9a-f]{64})/) { return String(text.1) }
        return last.wholeMatch(of: /\{.*"weights_sha256":"([0-9a-f]{64})".*\}/).map { String($0.1) }
    }

    /// What the program warned of.
    var warnings: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("frontprop: warning:") } }
}

/// A child process, whose output goes to files: none waits for a full pipe.
struct Child {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    let process = Process()
    private let files: URL
    private let started = ContinuousClock.now

    /// - Parameters:
    ///   - folder: where it is started; nil for a folder of its own.
    ///   - input: the file that is its standard input.
    init(
        _ path: String, _ arguments: [String], variables: [String: String] = [:], folder: String? = nil,
        input: String? = nil
    ) throws {
        files = FileManager.default.temporaryDirectory.appendingPathComponent("frontprop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // Runs without --run write below the working folder.
        process.currentDirectoryURL = folder.map { URL(fileURLWithPath: $0) } ?? files
        process.environment = Self.environment.merging(variables) { $1 }
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? FileHandle.nullDevice
        process.standardOutput = try Self.create(outputFile)
        process.standardError = try Self.create(errorFile)
        do {
            try Self.withUsualSignals(process.run)
        } catch {
            try? FileManager.default.removeItem(at: files)
            throw error
        }
    }

    /// A child inherits what its parent's thread blocks, as those do that tests run on, and that its parent ignores
    /// SIGHUP, as under `nohup`.
    private static func withUsualSignals(_ body: () throws -> Void) rethrows {
        signal(SIGHUP, SIG_DFL)
        var none = sigset_t()
        var blocked = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try body()
    }

    /// Waits for the end of the process, and stops it where that takes longer than the limit.
    func outcome(limitSeconds: Double = 60) async throws -> Outcome {
        defer { try? FileManager.default.removeItem(at: files) }
        let deadline = started + .seconds(limitSeconds)
        while process.isRunning {
            guard ContinuousClock.now < deadline else {
                await stop()
                let command = ([process.executableURL?.path ?? "?"] + (process.arguments ?? [])).joined(separator: " ")
                throw TimedOut(description: "\(command) did not end within \(limitSeconds) s:\n\(text(errorFile))")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        // As a shell has it: 128 and the signal.
        let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
        return Outcome(
            status: status, output: text(outputFile), errors: text(errorFile),
            seconds: (ContinuousClock.now - started) / .seconds(1))
    }

    /// Asks first, for `mpirun` then ends its ranks.
    private func stop() async {
        process.terminate()
        for _ in 0..<500 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// The environment of the tests without what a launcher of theirs may have set, with what `mpirun` asks of root.
    private static let environment: [String: String] = {
        let launchers = ["OMPI_", "PMIX_", "PMI_", "SLURM_", "MV2_", "MPI_LOCAL", "HYD", "SMPI_", "FRONTPROP_"]
        var variables = ProcessInfo.processInfo.environment.filter { variable in
            !launchers.contains { variable.key.hasPrefix($0) }
        }
        if getuid() == 0 {
            variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        }
        return variables
    }()

    private var outputFile: URL { files.appendingPathComponent("output") }
    private var errorFile: URL { files.appendingPathComponent("errors") }

    private func text(_ file: URL) -> String {
        (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func create(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
