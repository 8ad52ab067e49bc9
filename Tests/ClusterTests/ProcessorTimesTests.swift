import Foundation
import Testing

@testable import Cluster

@Suite struct ProcessorTimesTests {
    private static func times(_ text: String) throws -> ProcessorTimes? {
        let path = FileManager.default.temporaryDirectory.path + "/frontprop-stat-\(UUID().uuidString)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return ProcessorTimes.read(path)
    }

    /// Fields as `man 5 proc` has them; time as a guest's host is in that of users already.
    @Test func fields() throws {
        let second = Double(sysconf(Int32(_SC_CLK_TCK)))
        let text =
            "cpu  100 20 30 1000 500 4 6 70 15 0\ncpu0 50 10 15 500 250 2 3 35 0 0\ncpu1 50 10 15 500 250 2 3 35 0 0\nintr 1\n"
        let times = try #require(try Self.times(text))
        #expect(times == ProcessorTimes(busySeconds: 160 / second, stolenSeconds: 70 / second, cores: 2))
    }

    @Test(arguments: ["", "cpu  1 2 3\n", "intr 1 2 3\n", "cpu  a b c d e f g h\ncpu0 1\n", "\u{0}"])
    func others(_ text: String) throws {
        #expect(try Self.times(text) == nil)
        #expect(ProcessorTimes.read("/nowhere/stat") == nil && ProcessorTimes.loadAverage("/nowhere/loadavg") == nil)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/stat"), "no /proc")) func here() throws {
        let before = try #require(ProcessorTimes.read())
        #expect(before.cores >= 1 && before.busySeconds >= 0 && before.stolenSeconds >= 0)
        #expect(ProcessorTimes.loadAverage() ?? 0 >= 0)
    }
}
