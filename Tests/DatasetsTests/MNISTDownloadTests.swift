import Foundation
import Storage
import Testing

@testable import Datasets

/// Transfers from folders of this machine, by `file:` addresses.
@Suite(.enabled(if: hasCurl, "no curl")) struct MNISTDownloadTests {
    private static let content = idx([2000], (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
    private static let name = "train-labels-idx1-ubyte"
    private static let files = [
        MNISTDownload.File(name: name, sha256: content.withUnsafeBytes { SHA256Digest.hex(of: $0) })
    ]

    /// A folder with one subfolder for each mirror's version of the file, nil for a mirror that has none.
    private func withMirrors(
        _ versions: [[UInt8]?], _ body: (MNISTDownload, _ target: String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { (folder: String) async throws in
            let mirrors = try versions.enumerated().map { index, bytes in
                try AtomicFile.createFolder("\(folder)/\(index)")
                if let bytes { try put(bytes, at: "\(folder)/\(index)/\(Self.name).gz") }
                return "file://\(folder)/\(index)"
            }
            try await body(MNISTDownload(mirrors: mirrors, files: Self.files), folder + "/target")
        }
    }

    private func fetch(_ download: MNISTDownload, to target: String) async throws -> [String] {
        var lines: [String] = []
        try await download.fetch(to: target) { lines.append($0) }
        #expect(try IDXArray.read(path: "\(target)/\(Self.name).gz").fileBytes() == Self.content)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [Self.name + ".gz"])
        return lines
    }

    @Test func fetchesOnce() async throws {
        try await withMirrors([gzip(Self.content)]) { (download, target) async throws in
            #expect(try await fetch(download, to: target).count == 2)
            #expect(try await fetch(download, to: target) == ["\(Self.name): already there"])
        }
    }

    @Test func passesOverBadMirrors() async throws {
        var damaged = gzip(Self.content)
        damaged[damaged.count / 2] ^= 4
        let other = gzip(idx([3], [1, 2, 3]))
        let noGzip = Array("<html>moved</html>".utf8)
        try await withMirrors([nil, damaged, other, noGzip, gzip(Self.content, level: 1)]) {
            (download, target) async throws in
            let lines = try await fetch(download, to: target)
            #expect(lines.filter { $0.contains("its content has not the SHA-256") }.count == 3)
        }
    }

    @Test func goesOnWhereItStopped() async throws {
        let file = gzip(Self.content)
        for kept in [1, file.count / 2, file.count - 1, file.count] {
            try await withMirrors([file]) { (download, target) async throws in
                try AtomicFile.createFolder(target)
                try put(file.prefix(kept), at: "\(target)/\(Self.name).gz.part")
                #expect(try await fetch(download, to: target).count == (kept == file.count ? 1 : 2))
            }
        }
    }

    /// What an earlier attempt left may be of another compression, or longer than the file: it is thrown away.
    @Test func beginsAnewWhenThePartDoesNotFit() async throws {
        let file = gzip(Self.content)
        for part in [
            Array(gzip(Self.content, level: 1).prefix(300)), file + [1, 2, 3], [UInt8](repeating: 7, count: 9999),
        ] {
            try await withMirrors([file]) { (download, target) async throws in
                try AtomicFile.createFolder(target)
                try put(part, at: "\(target)/\(Self.name).gz.part")
                _ = try await fetch(download, to: target)
            }
        }
    }

    @Test func namesEveryMirrorThatFailed() async throws {
        try await withMirrors([nil, nil]) { (download, target) async throws in
            await expectFailure(.inputOutput, naming: Self.name, "network", "/0/", "/1/") {
                try await download.fetch(to: target) { _ in }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
        }
        try await withMirrors([nil, gzip([1])]) { (download, target) async throws in
            await expectFailure(.badData, naming: Self.name, "SHA-256") {
                try await download.fetch(to: target) { _ in }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
        }
    }

    @Test func givesUpAMirrorThatSendsTooMuch() async throws {
        try await withMirrors([[UInt8](repeating: 0, count: MNISTDownload.greatestFileSize + 1)]) {
            (download, target) async throws in
            await expectFailure(.badData, naming: "more than") { try await download.fetch(to: target) { _ in } }
        }
    }

    @Test func refusesAFolderThatCannotBeWritten() async throws {
        try await withMirrors([gzip(Self.content)]) { (download, target) async throws in
            try put([1], at: target)
            await expectFailure(.cannotWrite, naming: target) { try await download.fetch(to: target) { _ in } }
        }
    }

    @Test func theStandardFilesAreComplete() {
        #expect(MNISTDownload.File.mnist.map(\.name).count == 4)
        #expect(MNISTDownload.File.mnist.allSatisfy { $0.sha256.count == 64 })
        #expect(MNISTDownload.mirrors.count >= 3)
    }
}
