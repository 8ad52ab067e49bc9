import Cluster
import Foundation
import Reporting
import Training

/// Watches what a machine does besides this program and the programs that it starts.
struct LoadWatch: Sendable {
    private struct Moment {
        var time = ContinuousClock.now
        var processors = ProcessorTimes.read()
        /// Core-seconds of this process and of those children that have ended.
        var own = [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].reduce(0) { sum, who in
            var usage = rusage()
            getrusage(__rusage_who_t(who), &usage)
            return sum
                + [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        }
    }

    private let begin: Moment
    /// Before anything that is watched was started.
    let before: MachineLoad

    /// Looks at the machine for a tenth of a second.
    init() async throws {
        let first = Moment()
        try await Task.sleep(for: .milliseconds(100))
        begin = Moment()
        before = Self.load(first, begin)
    }

    /// What the machine did since then.
    ///
    /// - Parameter ownSeconds: core-seconds at least that the ranks spent on this machine. Where the children had next to nothing of it, the ranks are
    ///   not among them but those of a daemon (`srun`), and nothing tells them from other programs.
    func end(ownSeconds: Double) -> MachineLoad {
        let end = Moment()
        var load = Self.load(begin, end)
        (load.average, load.othersBefore) = (before.average, before.others)
        if end.own - begin.own < 0.02 * ownSeconds { load.others = nil }
        return load
    }

    private static func load(_ from: Moment, _ to: Moment) -> MachineLoad {
        var load = MachineLoad(average: ProcessorTimes.loadAverage())
        guard let before = from.processors, let after = to.processors else { return load }
        let seconds: Double = max((to.time - from.time) / Duration.seconds(1), 1e-3)
        func cores(_ coreSeconds: Double) -> Double { (max(0, coreSeconds) / seconds * 1e4).rounded() / 1e4 }
        load.cores = after.cores
        load.others = cores(after.busySeconds - before.busySeconds - (to.own - from.own))
        load.steal = cores(after.stolenSeconds - before.stolenSeconds)
        return load
    }
}
