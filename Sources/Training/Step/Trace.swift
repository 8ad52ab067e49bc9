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
final class Trace {
    private let processes: Processes
    private let threads: [WorkerTrace]
    /// The thread that writes checkpoints, on the first rank.
    let checkpoints: WorkerTrace
    /// This host's clock against the first rank's, before the training and after.
    private var clocks: [Offset] = []

    init(processes: Processes, team: Team) {
        self.processes = processes
        // All ranks' spans are gathered in one message of less than 2³¹ bytes.
        let limit = min(1_000_000, 1_500_000_000 / MemoryLayout<Span>.stride / (team.totalWorkers + 1))
        threads = (0..<team.threads).map { _ in WorkerTrace(limit: limit) }
        checkpoints = WorkerTrace(limit: limit)
    }

    func worker(_ worker: Worker) -> WorkerTrace { threads[worker.thread] }

    /// What to add to this host's clock for the first rank's, and when that was found.
    private struct Offset {
        let time: Double
        let seconds: Double
    }

    /// Compares this node's clock with the first rank's. Collective.
    func compareClocks() throws {
        var best = (trip: Double.infinity, offset: 0.0)
        if let leaders = processes.leaders {
            for other in 1..<max(1, leaders.size) {
                let takesPart = leaders.rank == 0 || leaders.rank == other
                guard let pair = try leaders.split(color: takesPart ? 0 : nil, key: leaders.rank) else { continue }
                for _ in 0..<20 {
                    let first = try pair.broadcast(now(), root: 0)
                    let second = try pair.broadcast(now(), root: 1)
                    let third = try pair.broadcast(now(), root: 0)
                    let trip = third - first
                    if pair.rank == 1, trip < best.trip { best = (trip, (first + third) / 2 - second) }
                }
                try pair.free()
            }
        }
        clocks.append(Offset(time: now(), seconds: try processes.node.broadcast(best.offset, root: 0)))
    }

    /// Gathers all spans of a training that is over, and writes them on the first rank. Collective.
    ///
    /// - Throws: on every rank, the first rank's failure to write.
    func write(to path: String) throws {
        guard clocks.count == 2 else { return }
        let (before, after) = (clocks[0], clocks[1])
        let bend = (after.seconds - before.seconds) / max(after.time - before.time, 1e-9)
        func aligned(_ time: Double) -> Double { time + before.seconds + (time - before.time) * bend }
        // Each span as four numbers: its row, its kind, its start and its end.
        let numbers = (threads + [checkpoints]).enumerated().flatMap { row, worker in
            worker.spans.flatMap { [Double(row), Double($0.kind), aligned($0.start), aligned($0.end)] }
        }
        let gathered = try processes.world.gather(numbers, root: 0)
        let counts = try processes.world.allGather(Int64(threads.count))
        try processes.agree {
            guard processes.isFirst else { return }
            try AtomicFile.write(json(gathered, threadCounts: counts.map(Int.init)), to: path)
        }
    }

    private func json(_ gathered: [[Double]], threadCounts: [Int]) -> String {
        let rows = gathered.map { numbers in
            stride(from: 0, to: numbers.count, by: 4).map { Array(numbers[$0..<$0 + 4]) }
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
