import Foundation
import Storage
import Testing

@testable import Datasets

/// Transfers from folders of this machine, by `file:` addresses.
@Suite(.enabled(if: hasCurl)) struct MNISTDownloadTests {
    private static let content = idx([2000], (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
    private static let name = "train-labels-idx1-ubyte"
    private static let files = [
        MNISTDownload.File(name: name, sha256: content.withUnsafeBytes { SHA256Digest.hex(of: $0) })
    ]

    /// A folder with one subfolder for each mirror's version of the file, nil for a mirror that has none.
    private func withMirrors(_ versions: [[UInt8]?], _ body: (MNISTDownload, _ target: String) throws -> Void) throws {
        try withTemporaryFolder { (folder: String) throws in
            let mirrors = try versions.enumerated().map { index, bytes in
                try AtomicFile.createFolder("\(folder)/\(index)")
                if let bytes { try put(bytes, at: "\(folder)/\(index)/\(Self.name).gz") }
                return "file://\(folder)/\(index)"
            }
            try body(MNISTDownload(mirrors: mirrors, files: Self.files), folder + "/target")
        }
    }

    private func fetch(_ download: MNISTDownload, to target: String) throws -> [String] {
        var lines: [String] = []
        try download.fetch(to: target) { lines.append($0) }
        #expect(try IDXArray.read(path: "\(target)/\(Self.name).gz").fileBytes() == Self.content)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [Self.name + ".gz"])
        return lines
    }

    @Test func fetchesOnce() throws {
        try withMirrors([gzip(Self.content)]) { (download, target) throws in
            #expect(try fetch(download, to: target).count == 2)
            #expect(try fetch(download, to: target) == ["\(Self.name): already there"])
        }
    }

    @Test func passesOverBadMirrors() throws {
        var damaged = gzip(Self.content)
        damaged[damaged.count / 2] ^= 4
        let other = gzip(idx([3], [1, 2, 3]))
        let noGzip = Array("<html>moved</html>".utf8)
        try withMirrors([nil, damaged, other, noGzip, gzip(Self.content, level: 1)]) { (download, target) throws in
            let lines = try fetch(download, to: target)
            #expect(lines.filter { $0.contains("its content has not the SHA-256") }.count == 3)
        }
    }

    @Test func goesOnWhereItStopped() throws {
        let file = gzip(Self.content)
        for kept in [1, file.count / 2, file.count - 1, file.count] {
            try withMirrors([file]) { (download, target) throws in
                try AtomicFile.createFolder(target)
                try put(file.prefix(kept), at: "\(target)/\(Self.name).gz.part")
                #expect(try fetch(download, to: target).count == (kept == file.count ? 1 : 2))
            }
        }
    }

    /// What an earlier attempt left may be of another compression, or longer than the file: it is thrown away.
    @Test func beginsAnewWhenThePartDoesNotFit() throws {
        let file = gzip(Self.content)
        for part in [
            Array(gzip(Self.content, level: 1).prefix(300)), file + [1, 2, 3], [UInt8](repeating: 7, count: 9999),
        ] {
            try withMirrors([file]) { (download, target) throws in
                try AtomicFile.createFolder(target)
                try put(part, at: "\(target)/\(Self.name).gz.part")
                _ = try fetch(download, to: target)
            }
        }
    }

    @Test func namesEveryMirrorThatFailed() throws {
        try withMirrors([nil, nil]) { (download, target) throws in
            expectFailure(.inputOutput, naming: Self.name, "network", "/0/", "/1/") {
                try download.fetch(to: target) { _ in }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
        }
        try withMirrors([nil, gzip([1])]) { (download, target) throws in
            expectFailure(.badData, naming: Self.name, "SHA-256") { try download.fetch(to: target) { _ in } }
            #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
        }
    }

    @Test func givesUpAMirrorThatSendsTooMuch() throws {
        try withMirrors([[UInt8](repeating: 0, count: MNISTDownload.greatestFileSize + 1)]) {
            (download, target) throws in
            expectFailure(.badData, naming: "more than") { try download.fetch(to: target) { _ in } }
        }
    }

    @Test func refusesAFolderThatCannotBeWritten() throws {
        try withMirrors([gzip(Self.content)]) { (download, target) throws in
            try put([1], at: target)
            expectFailure(.cannotWrite, naming: target) { try download.fetch(to: target) { _ in } }
        }
    }

    @Test func theStandardFilesAreComplete() {
        #expect(MNISTDownload.File.mnist.map(\.name).count == 4)
        #expect(MNISTDownload.File.mnist.allSatisfy { $0.sha256.count == 64 })
        #expect(MNISTDownload.mirrors.count >= 3)
    }
}
