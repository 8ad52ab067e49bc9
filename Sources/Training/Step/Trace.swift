import Cluster
import Foundation
import MPI
import Storage

/// What a worker does at a time.
struct Span: BitwiseCopyable {
    enum Kind: Int64, CaseIterable {
        case compute, wait, sum, allReduce, update, evaluate, checkpoint

        var name: String { self == .allReduce ? "all-reduce" : "\(self)" }

        /// Where the metrics count it.
        var phase: Phase {
            switch self {
            case .compute: .compute
            case .sum, .allReduce: .reduce
            case .update: .update
            case .wait, .evaluate, .checkpoint: .wait
            }
        }
    }

    let kind: Int64
    /// Seconds of this host's clock.
    let start: Double
    let end: Double
}

/// The spans of one worker. Written by its own thread alone, read after all have ended.
final class WorkerTrace: @unchecked Sendable {
    private(set) var spans: [Span] = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        spans.reserveCapacity(min(limit, 1 << 16))
    }

    /// Beyond the limit spans are not kept: the trace shows a run's beginning.
    func add(_ kind: Span.Kind, from start: Double, to end: Double) {
        if spans.count < limit { spans.append(Span(kind: kind.rawValue, start: start, end: end)) }
    }
}

/// A timeline of all workers in Chrome's trace format, for Perfetto (ui.perfetto.dev) or `chrome://tracing`.
///
/// Each rank is a process of it, each thread a row. Hosts' clocks are compared before and after the training by messages
/// there and back, taking the fastest of several (Cristian, 1989), and interpolated in between.
final class Trace: Sendable {
    private let processes: Processes
    private let threads: [WorkerTrace]
    /// The thread that writes checkpoints, on the first rank.
    let checkpoints: WorkerTrace

    init(processes: Processes, team: Team) {
        self.processes = processes
        // All ranks' spans are gathered in one message of less than 2³¹ bytes.
        let limit = min(1_000_000, 1_500_000_000 / MemoryLayout<Span>.stride / (team.totalWorkers + 1))
        threads = (0..<team.threads).map { _ in WorkerTrace(limit: limit) }
        checkpoints = WorkerTrace(limit: limit)
    }

    func worker(_ worker: Worker) -> WorkerTrace { threads[worker.thread] }

    /// What to add to this host's clock for the first rank's, and when that was found.
    struct Offset: Sendable {
        let time: Double
        let seconds: Double
    }

    /// Compares this node's clock with the first rank's. Collective.
    static func measureOffset(_ processes: Processes) throws -> Offset {
        var best = (trip: Double.infinity, offset: 0.0)
        if let leaders = processes.leaders {
            for other in 1..<max(1, leaders.size) {
                let takesPart = leaders.rank == 0 || leaders.rank == other
                guard let pair = try leaders.split(color: takesPart ? 0 : nil, key: leaders.rank) else { continue }
                for _ in 0..<20 {
                    var first = [now()]
                    try first.withUnsafeMutableBufferPointer { try pair.broadcast($0, root: 0) }
                    var second = [now()]
                    try second.withUnsafeMutableBufferPointer { try pair.broadcast($0, root: 1) }
                    var third = [now()]
                    try third.withUnsafeMutableBufferPointer { try pair.broadcast($0, root: 0) }
                    let trip = third[0] - first[0]
                    if pair.rank == 1, trip < best.trip { best = (trip, (first[0] + third[0]) / 2 - second[0]) }
                }
            }
        }
        var offset = [best.offset]
        try offset.withUnsafeMutableBufferPointer { try processes.node.broadcast($0, root: 0) }
        return Offset(time: now(), seconds: offset[0])
    }

    /// Gathers all spans, and writes them on the first rank. Collective.
    ///
    /// - Throws: on every rank, the first rank's failure to write.
    func write(to path: String, before: Offset, after: Offset) throws {
        let bend = (after.seconds - before.seconds) / max(after.time - before.time, 1e-9)
        func aligned(_ time: Double) -> Double { time + before.seconds + (time - before.time) * bend }
        var bytes: [UInt8] = []
        for (row, worker) in (threads + [checkpoints]).enumerated() {
            for span in worker.spans {
                let numbers = [Double(row), Double(span.kind), aligned(span.start), aligned(span.end)]
                numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
        }
        let gathered = try processes.world.gather(bytes, root: 0)
        let counts = try processes.world.allGather(Int64(threads.count))
        try processes.agree {
            guard processes.isFirst else { return }
            try AtomicFile.write(json(gathered, threadCounts: counts.map(Int.init)), to: path)
        }
    }

    private func json(_ gathered: [[UInt8]], threadCounts: [Int]) -> String {
        let rows = gathered.map { bytes in
            bytes.withUnsafeBytes { raw in
                stride(from: 0, to: raw.count, by: 32).map { offset in
                    (0..<4).map { raw.loadUnaligned(fromByteOffset: offset + 8 * $0, as: Double.self) }
                }
            }
        }
        let origin = rows.joined().map { $0[2] }.min() ?? 0
        var events: [String] = []
        for (rank, spans) in rows.enumerated() {
            events.append(name("process_name", "rank \(rank) on \(processes.hosts[rank])", rank, 0))
            for thread in 0..<threadCounts[rank] {
                events.append(name("thread_name", "thread \(thread)", rank, thread))
            }
            if rank == 0 { events.append(name("thread_name", "checkpoints", rank, threadCounts[rank])) }
            for span in spans {
                let kind = Span.Kind(rawValue: Int64(span[1]))?.name ?? "?"
                let times = String(
                    format: #""ts":%.3f,"dur":%.3f"#, (span[2] - origin) * 1e6, (span[3] - span[2]) * 1e6)
                events.append(
                    #"{"name":"\#(kind)","cat":"train","ph":"X",\#(times),"pid":\#(rank),"tid":\#(Int(span[0]))}"#)
            }
        }
        return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" + events.joined(separator: ",\n") + "\n]}\n"
    }

    private func name(_ what: String, _ text: String, _ rank: Int, _ thread: Int) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return #"{"name":"\#(what)","ph":"M","pid":\#(rank),"tid":\#(thread),"args":{"name":"\#(quoted)"}}"#
    }
}
