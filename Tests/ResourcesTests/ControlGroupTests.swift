import Foundation
import Testing

@testable import Resources

struct ControlGroupTests {
    /// Files of a hierarchy, as Linux shows them, and what they come to.
    @Test(
        arguments: [
            // Version 2, in a container that sees its own group as the top.
            ("0::/\n", ["cpu.max": "50000 100000\n", "memory.max": "1000000\n"], 0.5, 1_000_000),
            ("0::/\n", ["cpu.max": "max 100000\n", "memory.max": "max\n"], nil, nil),
            // The smallest of all above counts.
            (
                "0::/a/b\n",
                ["a/cpu.max": "150000 100000", "a/b/cpu.max": "max 100000", "memory.max": "7", "a/b/memory.max": "9"],
                1.5, 7
            ),
            // A path of the host's, of which the container sees the top alone.
            ("0::/docker/0123\n", ["cpu.max": "200000 100000"], 2, nil),
            // Version 1: a hierarchy for each controller.
            (
                "4:memory:/job\n3:cpu,cpuacct:/job/step\n1:name=systemd:/\n",
                [
                    "cpu,cpuacct/job/step/cpu.cfs_quota_us": "30000\n",
                    "cpu,cpuacct/job/step/cpu.cfs_period_us": "100000\n",
                    "memory/job/memory.limit_in_bytes": "4096\n", "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                    "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
                ], 0.3, 4096
            ),
            // Nonsense is no limit.
            ("0::/\n", ["cpu.max": "0 0", "memory.max": "-5"], nil, nil),
            ("0::/\n", ["cpu.max": "", "memory.max": "lots"], nil, nil), ("", ["cpu.max": "1 2"], nil, nil),
            ("nonsense\n\n::", [:], nil, nil),
        ] as [(String, [String: String], Double?, Int?)])
    func limits(membership: String, files: [String: String], processors: Double?, memory: Int?) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/frontprop-cgroup-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files.merging(["membership": membership], uniquingKeysWith: { $1 }) {
            let path = URL(fileURLWithPath: folder + "/" + name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: path)
        }
        let group = ControlGroup(membership: folder + "/membership", mount: folder)
        #expect(group.processors == processors)
        #expect(group.memoryBytes == memory)
    }

    @Test func whereNothingTells() {
        let group = ControlGroup(membership: "/nowhere", mount: "/nowhere")
        #expect(group.processors == nil && group.memoryBytes == nil)
        #expect(Memory.bytes > 0)
    }
}
