import Foundation
import Storage
import Testing

#if os(Linux)
    /// A file system in memory of `size` (as mount's option has it), at a folder of its own while `body` runs.
    private func withMemoryFileSystem(size: String, _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try #require(mount("tmpfs", folder, "tmpfs", 0, "size=\(size)") == 0)
            defer { umount2(folder, Int32(MNT_DETACH)) }
            try body(folder)
        }
    }

    /// Whether this process may mount; most may not.
    private let canMount: Bool = {
        (try? withMemoryFileSystem(size: "64k") { _ in }) != nil
    }()
#endif

@Suite struct FileFailureTests {
    /// Where memory or descriptors have run out, no file is to blame.
    @Test(arguments: [ENOMEM, EMFILE, ENFILE, ENOSPC]) func shortagesAreNoFaultsOfAFile(code: Int32) {
        let failure = Failure(.cannotWrite, "cannot create x", errno: code)
        #expect(failure.status == (code == ENOSPC ? .cannotWrite : .internalError))
        #expect(failure.message == "cannot create x: \(String(cString: strerror(code)))")
    }

    // MARK: Reading

    @Test func whatIsNotThereIsMissing() throws {
        try withTemporaryFolder { folder in
            try put([], at: "\(folder)/file")
            for path in ["\(folder)/none", "\(folder)/none/none", "\(folder)/file/none", ""] {
                let failure = #expect(throws: Failure.self) { try Safetensors.read(path) }
                #expect(failure == Failure(.missingInput, "there is no file \(path)"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func onlyRegularFilesAreRead() throws {
        try withTemporaryFolder { folder in
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            for (path, found) in [
                (folder, "a folder"), ("\(folder)/pipe", "a pipe or a device"), ("/dev/zero", "a pipe or a device"),
            ] {
                let failure = #expect(throws: Failure.self) { try Safetensors.read(path) }
                #expect(failure == Failure(.badData, "\(path): expected a file, found \(found)"))
            }
        }
    }

    @Test func aFileLargerThanTheMemoryIsRefused() throws {
        try withTemporaryFolder { folder in
            try put([], at: "\(folder)/sparse")
            let size = 8 << 40
            try #require(truncate("\(folder)/sparse", size) == 0)
            let failure = #expect(throws: Failure.self) { try Safetensors.read("\(folder)/sparse") }
            #expect(failure?.status == .badData)
            #expect(failure?.message.contains("its \(size) bytes are more than the memory") == true)
        }
    }

    // MARK: Writing

    @Test func writesReplaceTheFileAndLeaveNothingElse() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("before", to: "\(folder)/f")
            try AtomicFile.write(Data([1, 2, 3]), to: "\(folder)/f")
            #expect(try bytes(of: "\(folder)/f") == [1, 2, 3])
            try AtomicFile.write("", to: "\(folder)/f")
            #expect(try bytes(of: "\(folder)/f") == [])
            #expect(try fileNames(in: folder) == ["f"])
        }
    }

    /// The temporary file's name leads to a device that is always full.
    @Test(.enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"))
    func aFullDiskLeavesTheFileAsItWas() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("before", to: "\(folder)/f")
            let temporary = "\(folder)/f.part-\(getpid())"
            try FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: "/dev/full")
            let failure = #expect(throws: Failure.self) { try AtomicFile.write("after", to: "\(folder)/f") }
            #expect(failure == Failure(.inputOutput, "cannot write \(folder)/f: No space left on device"))
            #expect(try bytes(of: "\(folder)/f") == Array("before".utf8))
            #expect(try fileNames(in: folder) == ["f"])
        }
    }

    @Test func whereNothingCanBeCreated() throws {
        try withTemporaryFolder { folder in
            try put([], at: "\(folder)/file")
            #expect(throws: Failure(.cannotWrite, "cannot create the folder \(folder)/file/run: Not a directory")) {
                try CheckpointFolder("\(folder)/file/run").save(testCheckpoint(), epoch: 0, step: 0)
            }
            for path in ["\(folder)/file/f", "\(folder)/none/f", "/proc/f"] {
                let failure = #expect(throws: Failure.self) { try AtomicFile.write("text", to: path) }
                #expect(failure?.status == .cannotWrite)
                #expect(failure?.message.hasPrefix("cannot create \(path)") == true)
            }
            // A folder stands where the file should be.
            let failure = #expect(throws: Failure.self) { try AtomicFile.write("text", to: folder) }
            #expect(failure?.status == .cannotWrite)
            #expect(failure?.message.contains("Is a directory") == true)
            #expect(try fileNames(in: folder) == ["file"])
        }
    }

    @Test func foldersAreCreatedWithThoseAbove() throws {
        try withTemporaryFolder { folder in
            for path in ["a/b/c", "a/b/c", "a/d/", "a//e"] {
                try AtomicFile.createFolder("\(folder)/\(path)")
                #expect(try fileNames(in: "\(folder)/\(path)") == [])
            }
            #expect(try fileNames(in: "\(folder)/a") == ["b", "d", "e"])
            try put([], at: "\(folder)/file")
            #expect(throws: Failure(.cannotWrite, "cannot create the folder \(folder)/file: File exists")) {
                try AtomicFile.createFolder("\(folder)/file")
            }
            #expect(throws: Failure(.cannotWrite, "cannot create the folder : No such file or directory")) {
                try AtomicFile.createFolder("")
            }
        }
    }

    // MARK: File systems that fail

    #if os(Linux)
        @Test(.enabled(if: canMount, "needs the right to mount a file system"))
        func aFileSystemThatFillsUpKeepsTheLastCheckpoint() throws {
            try withMemoryFileSystem(size: "128k") { (folder: String) throws in
                let checkpoints = CheckpointFolder("\(folder)/checkpoints")
                var epoch = 0
                let failure = #expect(throws: Failure.self) {
                    // Each is larger than the one before it: three of them stop fitting while one does.
                    for size in stride(from: 8_000, to: 80_000, by: 8_000) {
                        let tensor = Safetensors.Tensor("w", [size / 4], [Float](repeating: 1, count: size / 4))
                        let checkpoint = CheckpointFile(state: TestState(epoch: epoch + 1), tensors: [tensor])
                        try checkpoints.save(checkpoint, epoch: epoch + 1, step: 0)
                        epoch += 1
                    }
                    Issue.record("the file system did not fill up")
                }
                #expect(failure?.status == .inputOutput)
                #expect(failure?.message.hasSuffix("No space left on device") == true)
                #expect(try checkpoints.newestReadable(as: TestState.self) { _ in }.state.epoch == epoch)
                #expect(epoch > 2)
                #expect(try fileNames(in: checkpoints.path).count == 2, "the unfinished file is gone")
            }
        }

        @Test(.enabled(if: canMount, "needs the right to mount a file system"))
        func aReadOnlyFileSystemKeepsWhatIsThere() throws {
            try withMemoryFileSystem(size: "256k") { folder in
                let checkpoints = CheckpointFolder("\(folder)/checkpoints")
                try checkpoints.save(testCheckpoint(), epoch: 3, step: 0)
                try #require(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
                let failure = #expect(throws: Failure.self) {
                    try checkpoints.save(testCheckpoint(), epoch: 4, step: 0)
                }
                #expect(failure?.status == .cannotWrite)
                #expect(failure?.message.hasSuffix("Read-only file system") == true)
                #expect(try checkpoints.newestReadable(as: TestState.self) { _ in }.state == TestState())
            }
        }
    #endif

    @Test(.enabled(if: geteuid() != 0, "root may write to any folder"))
    func aReadOnlyFolder() throws {
        try withTemporaryFolder { folder in
            try #require(chmod(folder, 0o500) == 0)
            defer { chmod(folder, 0o700) }
            let failure = #expect(throws: Failure.self) { try AtomicFile.write("text", to: "\(folder)/f") }
            #expect(failure?.status == .cannotWrite)
            #expect(failure?.message.hasSuffix("Permission denied") == true)
        }
    }
}
