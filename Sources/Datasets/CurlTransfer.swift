import ChildProcesses
import Foundation
import Storage

/// One transfer of a URL by the system's `curl`, appended to a file.
///
/// `curl` writes to a pipe and this process to the file: when this process is stopped, so is `curl`.
struct CurlTransfer {
    /// The server has no more than the file holds already, or cannot send a part only.
    enum CannotResume: Error {
        case here
    }

    let url: String
    let path: String
    let greatestSize: Int

    /// Seconds until a connection stands, and without any data, after which a mirror is given up.
    private static let patienceSeconds = 20
    /// Seconds that a file may take in all; what came until then is kept.
    private static let longestSeconds = 600.0

    /// Goes on from the file's end to the URL's.
    ///
    /// - Throws: `CannotResume`, or `Failure`: `.cannotWrite` when the file cannot be opened, `.inputOutput` when the
    ///   transfer fails or the disk is full (what was received is kept), `.badData` when more than `greatestSize`
    ///   bytes come, `.missingInput` when there is no `curl`.
    func run() async throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.cannotWrite, "cannot create \(path)", errno: errno)
        }
        defer {
            if lseek(descriptor, 0, SEEK_END) == 0 { unlink(path) }
            close(descriptor)
        }
        let start = Int(lseek(descriptor, 0, SEEK_END))

        let command = [
            "curl", "--fail", "--location", "--silent", "--show-error", "--globoff",
            "--connect-timeout", "\(Self.patienceSeconds)",
            "--speed-limit", "1", "--speed-time", "\(Self.patienceSeconds)",
            "--continue-at", "\(start)", "--output", "-", "--url", url,
        ]
        do {
            let curl = try await ChildProcess.run(command, limitSeconds: Self.longestSeconds) {
                try append($0, to: descriptor)
            }
            try check(status: curl.status, complaint: curl.errors, resumed: start > 0)
        } catch is ChildProcess.TimeLimitExceeded {
            throw Failure(.inputOutput, "\(url) did not arrive within \(Int(Self.longestSeconds)) seconds")
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        guard Int(lseek(descriptor, 0, SEEK_END)) + bytes.count <= greatestSize else {
            throw Failure(.badData, "\(url) sends more than \(greatestSize) bytes; that is not the file")
        }
        guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else {
            throw Failure(.inputOutput, "cannot write \(path)", errno: errno)
        }
    }

    /// `curl`'s exit codes, from its manual: 22, an HTTP error; 33, the server sends whole files only; 36, it has no
    /// more than the file holds.
    private func check(status: Int32, complaint: String, resumed: Bool) throws {
        switch status {
        case 0: return
        case 33 where resumed, 36 where resumed, 22 where resumed && complaint.contains("416"):
            throw CannotResume.here
        default:
            let reason = complaint.trimmingCharacters(in: .whitespacesAndNewlines)
            throw Failure(.inputOutput, "\(url): \(reason.isEmpty ? "curl ended with code \(status)" : reason)")
        }
    }
}
