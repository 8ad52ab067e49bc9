import Foundation
import Resources

/// The processor cores of this process and its node.
public enum Cores {
    /// Cores that this process may run on: those that the launcher bound it to, or as many as a container's quota comes to.
    public static var usable: Int { min(bound, quota ?? bound) }

    private static var bound: Int {
        max(1, NodeProcessors.allowedHere()?.count ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The cores that the quota of a control group comes to, rounded up; nil without one.
    package static var quota: Int? { ControlGroup.own.processors.map { max(1, Int($0.rounded(.up))) } }
    /// Cores of the node that are switched on.
    public static var online: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Threads a rank starts when not told: all its cores when the launcher bound it to some of the node's, its
    /// share of them when all ranks may use all.
    ///
    /// A quota is the ranks' together.
    public static func defaultThreads(ranksOnNode: Int) -> Int {
        let own = bound * ranksOnNode <= online ? bound : max(1, bound / ranksOnNode)
        return min(own, max(1, (quota ?? .max) / ranksOnNode))
    }

    /// The processor's name.
    public static var processorName: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }
}
