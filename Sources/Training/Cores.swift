import Foundation

/// The processor cores of this process and its node.
public enum Cores {
    /// Cores that this process may run on; those that the launcher bound it to.
    public static var usable: Int {
        max(1, NodeProcessors.allowedHere()?.count ?? ProcessInfo.processInfo.activeProcessorCount)
    }
    /// Cores of the node that are switched on.
    public static var online: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Threads a rank starts when not told: all its cores when the launcher bound it to some of the node's, its
    /// share of them when all ranks may use all.
    public static func defaultThreads(ranksOnNode: Int) -> Int {
        usable * ranksOnNode <= online ? usable : max(1, usable / ranksOnNode)
    }

    /// The processor's name.
    public static var processorName: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }
}
