import CSignals
import Foundation
import Resources
import Storage
import Subprocess
import SystemPackage

/// A program that this one started, from start to end.
public struct ChildProcess: Sendable {
    public let command: [String]
    /// The exit status, or as a shell has it 128 and the signal.
    public let status: Int32
    /// Standard output, where nobody received it as it came.
    public let output: String
    /// Standard error. It is shown to nobody else.
    public let errors: String

    /// It was ended because it had not ended by itself in time.
    public struct TimeLimitExceeded: Error, Sendable {
        public let seconds: Double
    }

    /// Lines of `output`.
    public var lines: [String] { output.split(separator: "\n").map(String.init) }

    private static var outputLimit: Int { 64 << 20 }

    /// Runs `command` with nothing on standard input.
    ///
    /// When the task is cancelled, the time is up or `receive` throws, the child gets SIGTERM (which `mpirun` hands on), and
    /// SIGKILL five seconds later.
    ///
    /// - Parameters:
    ///   - variables: set in the environment that it inherits; one that is nil is removed.
    ///   - inheritsEnvironment: whether it has this process's variables, or `variables` alone.
    ///   - folder: its working folder; nil for this process's.
    ///   - limitSeconds: the longest that it may take.
    ///   - receive: takes standard output as it comes.
    /// - Throws: `Failure` where it cannot be started, `.missingInput` where there is no such program, `.inputOutput`
    ///   else; `TimeLimitExceeded`; what `receive` throws.
    public static func run(
        _ command: [String], variables: [String: String?] = [:], inheritsEnvironment: Bool = true,
        folder: String? = nil, limitSeconds: Double,
        receive: (@Sendable (UnsafeRawBufferPointer) throws -> Void)? = nil
    ) async throws -> ChildProcess {
        try await withThrowingTaskGroup(of: ChildProcess?.self) { group in
            group.addTask {
                try await start(command, environment(variables, inherits: inheritsEnvironment), folder, receive)
            }
            group.addTask {
                try await Task.sleep(for: .seconds(limitSeconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let child = try await group.next()! else { throw TimeLimitExceeded(seconds: limitSeconds) }
            return child
        }
    }

    private static func environment(_ variables: [String: String?], inherits: Bool) -> Environment {
        let changes = variables.reduce(into: [Environment.Key: String?]()) {
            $0[Environment.Key(stringLiteral: $1.key)] = $1.value
        }
        return inherits ? .inherit.updating(changes) : .custom(changes.compactMapValues { $0 })
    }

    private static func start(
        _ command: [String], _ environment: Environment, _ folder: String?,
        _ receive: (@Sendable (UnsafeRawBufferPointer) throws -> Void)?
    ) async throws -> ChildProcess {
        let name = command[0]
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        do {
            let result = try await Subprocess.run(
                name.contains("/") ? .path(FilePath(name)) : .name(name),
                arguments: Arguments(Array(command.dropFirst())), environment: environment,
                workingDirectory: folder.map { FilePath($0) }, platformOptions: options, input: .none,
                output: .sequence, error: .string(limit: outputLimit)
            ) { execution in
                var output: [UInt8] = []
                for try await piece in execution.standardOutput {
                    try piece.withUnsafeBytes { bytes in
                        if let receive { return try receive(bytes) }
                        guard output.count + bytes.count <= outputLimit else {
                            throw Failure(.inputOutput, "\(name) prints more than \(outputLimit) bytes")
                        }
                        output += bytes
                    }
                }
                return output
            }
            try Task.checkCancellation()
            return ChildProcess(
                command: command, status: code(result.terminationStatus),
                output: String(decoding: result.closureResult, as: UTF8.self), errors: result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            guard error.code == .executableNotFound else { throw Failure(.inputOutput, "cannot run \(name): \(error)") }
            throw Failure(.missingInput, "there is no program \(name) on the PATH; it is needed for this command")
        }
    }

    /// The child, where it ended well.
    ///
    /// - Throws: `Failure` with the child's own exit status where it is one of ours for failures, and what it said.
    public func succeeded() throws -> ChildProcess {
        guard status != 0 else { return self }
        let said = errors.split(separator: "\n").first { $0.hasPrefix("frontprop: ") }?.dropFirst("frontprop: ".count)
        let why = said.map(String.init) ?? errors.trimmingCharacters(in: .whitespacesAndNewlines)
        throw Failure(
            status < 64 ? .internalError : ExitStatus(rawValue: status) ?? .internalError,
            "\(command.joined(separator: " ")) ended with \(status): \(why.isEmpty ? "it said nothing" : why)")
    }

    /// Waits for `work`, on the calling thread, which is none of those that run tasks; a signal to stop cancels it, and with
    /// it its children.
    ///
    /// - Throws: what `work` throws; `.interrupted` where a signal came, once the children have ended; `.internalError` where
    ///   there are no threads to wait with.
    public static func wait<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
        // What waits for children needs threads and descriptors; without it would wait for ever, or crash.
        if let shortage = ThreadPool(wanted: 4).shortage {
            throw Failure(.internalError, "no threads to run other programs with: \(shortage)")
        }
        if let shortage = shortageOfDescriptors(32) {
            throw Failure(.internalError, "no descriptors to run other programs with: \(shortage)")
        }
        let task = Task.detached { try await work() }
        let ended = Ended<Value>()
        Task.detached {
            ended.result = await task.result
            ended.semaphore.signal()
        }
        cs_note_stop_signals()
        while ended.semaphore.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            if cs_stop_signal() != 0 { task.cancel() }
        }
        let signal = cs_stop_signal()
        guard signal == 0 else {
            let name = String(cString: cs_signal_name(signal))
            throw Failure(.interrupted, "stopped by \(name); what was finished is written")
        }
        return try ended.result!.get()
    }

    /// Why this process cannot open `count` descriptors more; nil where it can.
    private static func shortageOfDescriptors(_ count: Int) -> Errno? {
        var opened: [FileDescriptor] = []
        defer { for descriptor in opened { try? descriptor.close() } }
        do {
            while opened.count < count { opened.append(try .open("/", .readOnly, options: .closeOnExec)) }
        } catch {
            return error as? Errno ?? .tooManyOpenFiles
        }
        return nil
    }

    /// Written before the semaphore is raised, read after.
    private final class Ended<Value: Sendable>: @unchecked Sendable {
        let semaphore = DispatchSemaphore(value: 0)
        var result: Result<Value, any Error>?
    }

    private static func code(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let number): 128 + number
        }
    }
}
