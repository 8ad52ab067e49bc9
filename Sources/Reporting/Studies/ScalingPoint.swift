import Foundation
import Storage

/// One measured or simulated point of a scaling experiment; Docs/scaling.md says what its fields mean.
///
/// In JSON the names are in snake case: `batch_size`.
public struct ScalingPoint: Codable, Sendable {
    public enum Source: String, Codable, Sendable { case measured, simulated }
    public enum Kind: String, Codable, Sendable, CaseIterable { case strong, weak, communication }

    public var id: String
    public var source: Source
    public var kind: Kind
    public var nodes: Int
    public var ranks: Int
    /// Of each rank.
    public var threads: Int

    // What was trained.
    public var model: String?
    public var data: String?
    public var parameters: Int?
    public var precision: String?
    public var gradient: String?
    public var optimizer: String?
    public var samples: Int?
    public var batchSize: Int?
    public var slices: Int?
    public var reduction: String?

    // What came out.
    /// Of an epoch.
    public var steps: Int?
    /// Every epoch's training pass; the first is the warm-up.
    public var epochSeconds: [Double]?
    public var stepSeconds: Double?
    /// Of optimisers that try steps: how many a step, the median over the same epochs.
    public var tries: Double?
    /// Seconds a step, each the slowest worker's.
    public var phases: Phases?
    public var rankPhases: [RankPhases]?
    public var weightsSha256: String?
    public var testAccuracy: Double?

    // The all-reduce loop.
    /// `ranks` or `leaders`.
    public var group: String?
    public var words: Int?
    public var bytes: Int?
    public var type: String?
    public var calls: Int?
    public var callSeconds: Double?

    // How it came about.
    public var `repeat`: Int?
    public var order: Int?
    public var warmUp: Bool?
    /// Bits a second.
    public var linkRate: Double?
    /// Seconds of a message.
    public var latency: Double?
    public var allreduceAlgorithm: String?
    public var coresPerNode: Int?
    /// On some node there are more workers than cores that they may use.
    public var oversubscribed: Bool?
    public var load: MachineLoad?
    /// By rank.
    public var hosts: [String]?
    public var binding: [String]?
    public var command: [String]?
    public var version: String?
    public var cpu: String?
    public var mpi: String?
    public var started: String?
    public var exitCode: Int32?
    public var message: String?
    public var note: String?

    public init(id: String, source: Source, kind: Kind, nodes: Int, ranks: Int, threads: Int) {
        self.id = id
        self.source = source
        self.kind = kind
        self.nodes = nodes
        self.ranks = ranks
        self.threads = threads
    }

    public var workers: Int { ranks * threads }
    public var failed: Bool { exitCode.map { $0 != 0 } ?? false }
    /// Workers share cores.
    public var isOversubscribed: Bool { oversubscribed ?? coresPerNode.map { workers > $0 * nodes } ?? false }

    /// Reads `points.jsonl` or `simulated.jsonl`: of points with the same id, the last.
    ///
    /// - Throws: `Failure` as `InputFile.read`.
    public static func read(_ path: String) throws -> (points: [ScalingPoint], unreadable: Int) {
        parse(try InputFile.read(path))
    }

    /// Points of a file held in memory; see `read`.
    static func parse(_ bytes: [UInt8]) -> (points: [ScalingPoint], unreadable: Int) {
        let (lines, unreadable) = JSONLines.parse(bytes, as: ScalingPoint.self, where: \.isPlausible)
        var places: [String: Int] = [:]
        var points: [ScalingPoint] = []
        for point in lines {
            if let place = places[point.id] {
                points[place] = point
            } else {
                places[point.id] = points.count
                points.append(point)
            }
        }
        return (points, unreadable)
    }
}

/// One rank's seconds.
public struct RankPhases: Codable, Sendable, Equatable {
    public var rank: Int
    public var host: String
    public var compute: Double
    public var wait: Double
    public var reduce: Double
    public var update: Double

    public init(rank: Int, host: String, phases: Phases) {
        self.rank = rank
        self.host = host
        (compute, wait, reduce, update) = (phases.compute, phases.wait, phases.reduce, phases.update)
    }

    public var phases: Phases { Phases(compute: compute, wait: wait, reduce: reduce, update: update) }
}
