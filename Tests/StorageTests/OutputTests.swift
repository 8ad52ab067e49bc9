import Foundation
import Storage
import Testing

/// Paths that users name for what they want written.
@Suite struct OutputTests {
    @Test func linksAreFollowedAndStay() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.createFolder("\(folder)/far")
            try AtomicFile.write("before", to: "\(folder)/target")
            #expect(symlink("../target", "\(folder)/far/link") == 0)
            #expect(symlink("far/link", "\(folder)/link") == 0)
            #expect(symlink("\(folder)/new", "\(folder)/dangling") == 0)
            try AtomicFile.write("after", to: "\(folder)/link")
            try AtomicFile.write("made", to: "\(folder)/dangling")
            for link in ["link", "far/link", "dangling"] { #expect(isLink("\(folder)/\(link)"), "\(link)") }
            #expect(try InputFile.read("\(folder)/target") == Array("after".utf8))
            #expect(try InputFile.read("\(folder)/new") == Array("made".utf8))
            #expect(try Folder.names(in: folder).sorted() == ["dangling", "far", "link", "new", "target"])
        }
    }

    @Test func linksInACircleAreRefused() throws {
        try withTemporaryFolder { folder in
            #expect(symlink("b", "\(folder)/a") == 0 && symlink("a", "\(folder)/b") == 0)
            for attempt in [{ try AtomicFile.write("x", to: $0) }, { try AtomicFile.check($0) }]
                as [(String) throws -> Void]
            {
                let failure = #expect(throws: Failure.self) { try attempt("\(folder)/a") }
                #expect(failure?.status == .cannotWrite)
            }
        }
    }

    @Test func devicesAreWrittenThrough() throws {
        try withTemporaryFolder { folder in
            // Through links: a test run by the superuser must not find out on /dev/null itself.
            #expect(symlink("/dev/null", "\(folder)/null") == 0 && symlink("/dev/full", "\(folder)/full") == 0)
            try AtomicFile.check("\(folder)/null")
            try AtomicFile.write("x", to: "\(folder)/null")
            #expect(isLink("\(folder)/null"))
            let failure = #expect(throws: Failure.self) { try AtomicFile.write("x", to: "\(folder)/full") }
            #expect(failure?.status == .inputOutput)
            var status = stat()
            #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        }
    }

    @Test(.timeLimit(.minutes(1))) func pipesAreWrittenThrough() async throws {
        let folder = try Folder.createTemporary("pipe")
        defer { Folder.remove(folder) }
        let path = "\(folder)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let text = String(repeating: "more than a pipe holds ", count: 20_000)
        let written = Task.detached { try AtomicFile.write(text, to: path) }
        let read = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd() ?? Data()
        try await written.value
        #expect(String(decoding: read, as: UTF8.self) == text)
    }

    @Test func openDescriptorsHaveNames() throws {
        try withTemporaryFolder { folder in
            let descriptor = open("\(folder)/file", O_WRONLY | O_CREAT, 0o600)
            defer { close(descriptor) }
            try Files.append(Data("one ".utf8), to: descriptor, path: "file")
            try AtomicFile.write("two", to: "/dev/fd/\(descriptor)")
            #expect(try InputFile.read("\(folder)/file") == Array("one two".utf8))
        }
    }

    @Test func namesAsLongAsTheyMayBe() throws {
        try withTemporaryFolder { folder in
            let name = String(repeating: "é", count: 127)
            try AtomicFile.write("x", to: "\(folder)/\(name)")
            #expect(try Folder.names(in: folder) == [name])
        }
    }

    @Test func whoMayReadAFileStays() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("x", to: "\(folder)/file")
            #expect(chmod("\(folder)/file", 0o600) == 0)
            try AtomicFile.write("y", to: "\(folder)/file")
            var status = stat()
            #expect(stat("\(folder)/file", &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    /// Finds out beforehand, and changes nothing.
    @Test func checks() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.check("\(folder)/file")
            #expect(try Folder.names(in: folder).isEmpty)
            for path in ["", folder, "\(folder)/none/file", "\(folder)/file/x"] {
                let failure = #expect(throws: Failure.self) { try AtomicFile.check(path) }
                #expect(failure?.status == .cannotWrite, "\(path)")
            }
        }
    }

    /// `deletingLastPathComponent` of Foundation ends the program on some of these.
    @Test(arguments: [
        ("a", ".", "a"), ("é", ".", "é"), ("a/b", "a", "b"), ("/a", "/", "a"), ("a/", ".", "a"), ("a//b/", "a", "b"),
        (".", ".", "."), ("./a", ".", "a"), ("..", ".", ".."), ("/", "/", "/"), ("", ".", ""),
    ])
    func parts(_ path: String, _ folder: String, _ name: String) {
        #expect(Files.folder(of: path) == folder)
        #expect(Files.name(of: path) == name)
    }

    @Test func foldersGoWithAllThatIsInThem() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("x", to: "\(folder)/kept")
            let path = try Folder.withTemporary("test") { path in
                try AtomicFile.createFolder("\(path)/a/b")
                try AtomicFile.write("x", to: "\(path)/a/b/c")
                #expect(symlink(folder, "\(path)/link") == 0)
                #expect(Folder.exists(path) && Folder.exists("\(path)/link") && !Folder.exists("\(path)/a/b/c"))
                return path
            }
            #expect(!Files.exists(path) && Files.exists("\(folder)/kept"))
        }
    }

    private func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
