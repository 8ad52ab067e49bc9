import Foundation
import Storage

/// What is handed to the program on standard input.
public enum StandardInput {
    /// What messages call it.
    public static let name = "standard input"

    /// All that is to come.
    ///
    /// - Throws: `Failure` with `.inputOutput` where it cannot be read, `.internalError` where there is no memory for it.
    public static func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(.inputOutput, "cannot read \(name)", errno: errno) }
            if count == 0 { return bytes }
            if bytes.capacity < bytes.count + count { try requireRoom(2 * bytes.capacity, name: name) }
            bytes += buffer[..<count]
        }
    }
}
