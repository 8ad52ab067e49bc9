import ChildProcesses
import Foundation
import Storage
import Synchronization
import Testing

struct ChildProcessTests {
    private func sh(
        _ script: String, variables: [String: String?] = [:], inheritsEnvironment: Bool = true, folder: String? = nil,
        limitSeconds: Double = 60, receive: (@Sendable (UnsafeRawBufferPointer) throws -> Void)? = nil
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            ["/bin/sh", "-c", script], variables: variables, inheritsEnvironment: inheritsEnvironment, folder: folder,
            limitSeconds: limitSeconds, receive: receive)
    }

    @Test func outputErrorsAndStatus() async throws {
        let child = try await sh("echo a; echo b; echo c >&2; read line || exit 3")
        #expect(child.status == 3 && child.lines == ["a", "b"] && child.errors == "c\n")
        #expect(try await sh("kill -9 $$").status == 137)
    }

    @Test func environmentAndFolder() async throws {
        let child = try await sh(
            "echo $A; echo ${HOME-none}; pwd", variables: ["A": "1", "HOME": nil], folder: "/")
        #expect(child.lines == ["1", "none", "/"])
        #expect(try await sh("echo ${B-none}", variables: ["A": "1"], inheritsEnvironment: false).lines == ["none"])
    }

    @Test func programThatIsNotThere() async throws {
        let failure = await #expect(throws: Failure.self) {
            _ = try await ChildProcess.run(["frontprop-no-such-program"], limitSeconds: 60)
        }
        #expect(failure?.status == .missingInput && failure?.message.contains("frontprop-no-such-program") == true)
    }

    /// It is ended, also where what it started goes on and keeps its pipes open.
    @Test func timeLimit() async throws {
        let started = ContinuousClock.now
        await #expect(throws: ChildProcess.TimeLimitExceeded.self) {
            _ = try await sh("sleep 3000 & exec sleep 3000", limitSeconds: 0.3)
        }
        // On whatever machine: not when they end by themselves.
        #expect(ContinuousClock.now - started < .seconds(2500))
    }

    @Test func whatIsReceivedAsItComes() async throws {
        let received = Mutex("")
        let child = try await sh("printf abc; printf def") { bytes in
            received.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        #expect(child.status == 0 && child.output.isEmpty && received.withLock { $0 } == "abcdef")
    }

    /// A receiver that has enough ends the child, which would not end by itself.
    @Test func receiverThatThrows() async throws {
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            _ = try await sh("while echo more; do :; done") { _ in throw Enough() }
        }
    }

    @Test func whatItSaidOfItsFailure() async throws {
        let failure = await #expect(throws: Failure.self) {
            _ = try await sh("echo 'frontprop: no such data' >&2; exit 66").succeeded()
        }
        #expect(failure?.status == .missingInput && failure?.message.contains("no such data") == true)
    }
}
