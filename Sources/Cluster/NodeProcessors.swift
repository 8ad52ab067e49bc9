import Foundation

/// A node's processors, as its Linux describes them.
public struct NodeProcessors: Equatable, Sendable, Codable {
    /// Those that are switched on.
    public let online: CPUSet
    /// Those beside each part of the memory: a socket, or a part of one.
    public let memory: [CPUSet]

    public init(online: CPUSet, memory: [CPUSet]) {
        self.online = online
        self.memory = memory
    }

    /// Reads them; `nil` where `folder` does not tell, as on other systems than Linux.
    ///
    /// - Parameter folder: holds `cpu/online` and, where the memory has parts, `node/node*/cpulist`.
    public static func read(_ folder: String = "/sys/devices/system") -> NodeProcessors? {
        guard let online = list(folder + "/cpu/online") else { return nil }
        let parts = list(folder + "/node/online")?.numbers ?? []
        let memory = parts.compactMap { list(folder + "/node/node\($0)/cpulist") }.filter { !$0.isEmpty }
        return NodeProcessors(online: online, memory: memory.isEmpty ? [online] : memory)
    }

    /// The processors that this process may use.
    ///
    /// - Parameter status: the process's status as Linux shows it.
    public static func allowedHere(status: String = "/proc/self/status") -> CPUSet? {
        let key = "Cpus_allowed_list:"
        let lines = (try? String(contentsOfFile: status, encoding: .utf8))?.split(separator: "\n") ?? []
        guard let line = lines.first(where: { $0.hasPrefix(key) }) else { return nil }
        return CPUSet(line.dropFirst(key.count).trimmingCharacters(in: .whitespaces))
    }

    /// How many parts of the memory `cpus` lie beside.
    package func memoryNodes(of cpus: CPUSet) -> Int { memory.count { !$0.isDisjoint(with: cpus) } }

    private static func list(_ path: String) -> CPUSet? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return CPUSet(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
