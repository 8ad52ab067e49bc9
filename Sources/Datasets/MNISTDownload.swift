import Foundation
import Storage

/// Fetches MNIST's four files from public mirrors, with the system's `curl`.
///
/// A file counts only once its decompressed content has the known SHA-256, however a mirror compressed it. What was
/// received before an interruption is kept in `NAME.gz.part` and gone on with.
public struct MNISTDownload: Sendable {
    /// One of the files: its plain name, and the SHA-256 of its plain content.
    public struct File: Sendable, Equatable {
        public let name: String
        public let sha256: String

        /// The files as published by LeCun, Cortes and Burges.
        public static let mnist = [
            File(
                name: Dataset.Part.train.imagesFileName,
                sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            File(
                name: Dataset.Part.train.labelsFileName,
                sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            File(
                name: Dataset.Part.test.imagesFileName,
                sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            File(
                name: Dataset.Part.test.labelsFileName,
                sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ]
    }

    /// Folders that hold the gzipped files under their standard names, in the order in which they are tried.
    public static let mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        "http://yann.lecun.com/exdb/mnist",
    ]

    /// No file of MNIST is larger than 10 MB; a mirror that sends more is given up.
    static let greatestFileSize = 32 << 20

    let mirrors: [String]
    let files: [File]

    /// Fetches MNIST into `directory`; see the method of an instance.
    public static func fetch(to directory: String, report: @Sendable (String) throws -> Void) async throws {
        try await MNISTDownload(mirrors: mirrors, files: File.mnist).fetch(to: directory, report: report)
    }

    /// Fetches the files that `directory` does not hold yet, whole and right, as `NAME.gz`.
    ///
    /// - Parameter report: takes a line of text for every step.
    /// - Throws: `Failure`: `.inputOutput` when no mirror can be reached or a file cannot be written in full,
    ///   `.badData` when mirrors answered but none with the right content, `.cannotWrite` when `directory` cannot be
    ///   written to, `.missingInput` when there is no `curl`.
    func fetch(to directory: String, report: (String) throws -> Void) async throws {
        try AtomicFile.createFolder(directory)
        for file in files {
            let path = "\(directory)/\(file.name)"
            if try Self.holds(file, path: path) || Self.holds(file, path: path + ".gz") {
                try report("\(file.name): already there")
            } else {
                try await fetch(file, to: path + ".gz", report: report)
            }
        }
    }

    private func fetch(_ file: File, to path: String, report: (String) throws -> Void) async throws {
        let part = path + ".part"
        var reasons: [Failure] = []
        for mirror in mirrors where try !Self.holds(file, path: part) {
            let url = "\(mirror)/\(file.name).gz"
            try report("\(file.name): fetching \(url)")
            do {
                try await Self.receive(file, from: url, into: part)
            } catch let failure as Failure where failure.status != .cannotWrite && failure.status != .missingInput {
                try report(failure.message)
                reasons.append(failure)
            }
        }
        guard try Self.holds(file, path: part) else {
            let status = reasons.contains { $0.status == .badData } ? ExitStatus.badData : .inputOutput
            throw Failure(
                status,
                "no mirror gave \(file.name); is there a network? The file can also be put there by hand.\n"
                    + reasons.map { "  " + $0.message }.joined(separator: "\n"))
        }
        guard rename(part, path) == 0 else {
            throw Failure(.cannotWrite, "cannot rename \(part) to \(path)", errno: errno)
        }
        try report("\(file.name): SHA-256 as expected")
    }

    /// Receives what `part` lacks of `url`; begins anew when it turns out that the two do not belong together.
    private static func receive(_ file: File, from url: String, into part: String) async throws {
        let resumed = try isThere(part)
        do {
            try await CurlTransfer(url: url, path: part, greatestSize: greatestFileSize).run()
            if try holds(file, path: part) { return }
            unlink(part)
            guard resumed else { throw Failure(.badData, "\(url): its content has not the SHA-256 \(file.sha256)") }
        } catch CurlTransfer.CannotResume.here {
            unlink(part)
        }
        try await receive(file, from: url, into: part)
    }

    /// Whether the file at `path`, plain or gzipped, is there, whole and right.
    private static func holds(_ file: File, path: String) throws -> Bool {
        try isThere(path) && (try? IDXArray.read(path: path))?.sha256() == file.sha256
    }
}
