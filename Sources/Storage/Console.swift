import Foundation
import SystemPackage

/// Standard output, where results go and none is lost in silence, and standard error, where messages go if they can.
public enum Console {
    /// Writes `value` and the end of a line to standard output, at once.
    ///
    /// - Throws: `Failure` with `.inputOutput` where standard output is closed, full, or read no more.
    public static func print(_ value: some CustomStringConvertible) throws {
        try write(value.description + "\n")
    }

    /// Writes `text` to standard output, at once; waits for a slow reader.
    ///
    /// - Throws: as `print`.
    public static func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            try FileDescriptor.standardOutput.writeWhole(bytes)
        } catch {
            throw Failure(.inputOutput, "cannot write to standard output", errno: Errno.number(of: error))
        }
    }

    /// Writes `bytes` to standard output, at once; waits for a slow reader.
    ///
    /// - Throws: as `print`.
    public static func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(write)
    }

    /// Finds out whether what was written has arrived: some file systems say only at a file's closing that it has not.
    ///
    /// - Throws: as `print`.
    public static func finish() throws {
        guard let copy = try? FileDescriptor.standardOutput.duplicate() else { return }
        do { try copy.close() } catch {
            throw Failure(.inputOutput, "cannot write to standard output", errno: Errno.number(of: error))
        }
    }

    /// One line on standard error. What that does not take within a tenth of a second is dropped: it is closed, full, or
    /// nobody reads it, and no message is worth a run.
    public static func say(_ text: String) {
        var text = text + "\n"
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty, FileDescriptor.standardError.canWrite(milliseconds: 100) {
                // No more than a pipe takes without waiting, once it takes anything.
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(PIPE_BUF)))
                guard let count = try? FileDescriptor.standardError.write(piece), count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
