import Foundation
import Storage
import Testing

@testable import Reporting

/// Runs `body` with an empty folder, and removes it.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/frontprop-\(UUID().uuidString)"
    try AtomicFile.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

func withTemporaryFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/frontprop-\(UUID().uuidString)"
    try AtomicFile.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

@Suite struct PointFileTests {
    @Test func roundTrip() throws {
        try withTemporaryFolder { folder in
            let points = Planted.experiment(linkRates: [1e9])
            try JSONLines.append(points, to: folder + "/points.jsonl")
            let read = try ScalingPoint.read(folder + "/points.jsonl")
            #expect(read.points.count == points.count && read.unreadable == 0)
            #expect(read.points.map(\.stepSeconds) == points.map(\.stepSeconds))
            #expect(read.points.map(\.weightsSha256) == points.map(\.weightsSha256))
        }
    }

    /// The names of Docs/scaling.md.
    @Test func names() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/points.jsonl"
            try JSONLines.append([Planted.point(Planted.shape(linkRate: 1e9))], to: path)
            let line = try JSONSerialization.jsonObject(with: Data(InputFile.read(path))) as? [String: Any]
            for name in [
                "id", "source", "kind", "nodes", "ranks", "threads", "model", "parameters", "precision", "gradient",
                "batch_size", "slices", "reduction", "steps", "epoch_seconds", "step_seconds", "phases",
                "weights_sha256", "link_rate", "cores_per_node", "repeat",
            ] {
                #expect(line?[name] != nil, "\(name)")
            }
        }
    }

    /// A writer that was killed leaves half a line: it is skipped, and the next line begins anew.
    @Test func halfALine() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/points.jsonl"
            let points = (1...3).map { Planted.point(Planted.shape(), repeat: $0) }
            try JSONLines.append(Array(points[..<2]), to: path)
            let text = String(decoding: try InputFile.read(path), as: UTF8.self)
            try AtomicFile.write(String(text.dropLast(40)), to: path)
            #expect(try ScalingPoint.read(path).points.map(\.id) == [points[0].id])
            try JSONLines.append([points[2]], to: path)
            let read = try ScalingPoint.read(path)
            #expect(read.points.map(\.id) == [points[0].id, points[2].id] && read.unreadable == 1)
        }
    }

    @Test func laterLineCounts() throws {
        try withTemporaryFolder { folder in
            var failed = Planted.point(Planted.shape())
            failed.exitCode = 70
            let again = Planted.point(Planted.shape())
            try JSONLines.append([failed, again], to: folder + "/points.jsonl")
            let read = try ScalingPoint.read(folder + "/points.jsonl").points
            #expect(read.count == 1 && !read[0].failed)
        }
    }

    @Test func table() {
        var point = Planted.point(Planted.shape())
        point.message = "a \"quoted\", comma"
        let lines = ScalingPoint.csv([point]).split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("id,source,kind,nodes,ranks,threads,workers,"))
        #expect(lines[1].hasSuffix(",\"a \"\"quoted\"\", comma\""))
    }
}
