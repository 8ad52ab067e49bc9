import Foundation
import SystemPackage

/// Folders, by the bytes of their names.
public enum Folder {
    /// Whether `path` is a folder, or a link to one.
    public static func exists(_ path: String) -> Bool { Files.kind(of: FilePath(path)) == S_IFDIR }

    /// The names of what is in the folder `path`, in no order.
    ///
    /// - Throws: `Failure` with `.missingInput` where there is no such folder, `.inputOutput` where it cannot be read.
    public static func names(in path: String) throws -> [String] {
        guard let stream = opendir(path) else {
            let error = Errno(rawValue: errno)
            if error == .noSuchFileOrDirectory || error == .notDirectory {
                throw Failure(.missingInput, "there is no folder \(path)")
            }
            throw Failure(.inputOutput, "cannot look into the folder \(path)", errno: Errno.number(of: error))
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else {
            throw Failure(.inputOutput, "cannot look into the folder \(path)", errno: errno)
        }
        return names
    }

    /// Removes `path` and all that is in it, as far as that can be done; links are removed, not followed.
    public static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in (try? names(in: path)) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Runs `body` with an empty folder of its own below $TMPDIR or /tmp, and removes it.
    ///
    /// - Throws: `Failure` with `.cannotWrite`, or what `body` throws.
    public static func withTemporary<Value>(_ name: String, _ body: (String) throws -> Value) throws -> Value {
        let path = try createTemporary(name)
        defer { remove(path) }
        return try body(path)
    }

    /// Makes an empty folder of its own below $TMPDIR or /tmp. - Throws: `Failure` with `.cannotWrite`.
    public static func createTemporary(_ name: String) throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array("\(parent.isEmpty ? "/tmp" : parent)/frontprop-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                .cannotWrite, "cannot create a folder in \(parent.isEmpty ? "/tmp" : parent)", errno: errno)
        }
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}

/// What is at a path.
public enum Files {
    /// Whether anything is at `path`; a link counts as what it leads to.
    public static func exists(_ path: String) -> Bool { kind(of: FilePath(path)) != nil }

    /// The last part of `path`: the name of a file or folder.
    public static func name(of path: String) -> String { FilePath(path).lastComponent?.string ?? path }

    /// `path` without what changes nothing, such as a slash at its end.
    public static func normalized(_ path: String) -> String { FilePath(path).string }

    /// The folder that `path` is in, as it is written: "." where the path names none.
    public static func folder(of path: String) -> String {
        let folder = FilePath(path).removingLastComponent()
        return folder.isEmpty ? "." : folder.string
    }

    /// Appends `data`, whole, to a file that is open as `descriptor`; `path` stands for it in the message.
    ///
    /// - Throws: `Failure` with `.inputOutput`; some of it may have been written.
    public static func append(_ data: Data, to descriptor: Int32, path: String) throws {
        do {
            try data.withUnsafeBytes { try FileDescriptor(rawValue: descriptor).writeWhole($0) }
        } catch {
            throw Failure(.inputOutput, "cannot write \(path)", errno: Errno.number(of: error))
        }
    }

    /// `S_IFREG`, `S_IFDIR`, …; nil where nothing is there.
    static func kind(of path: FilePath) -> mode_t? { mode(of: path).map { $0 & S_IFMT } }

    /// Who may do what; nil where nothing is there.
    static func permissions(of path: FilePath) -> mode_t? { mode(of: path).map { $0 & ~S_IFMT } }

    private static func mode(of path: FilePath) -> mode_t? {
        var status = stat()
        return path.withPlatformString { stat($0, &status) } == 0 ? status.st_mode : nil
    }
}
