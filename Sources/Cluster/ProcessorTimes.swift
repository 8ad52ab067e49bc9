import Foundation

/// What a machine's processors have done since it was started, in core-seconds, as its Linux tells.
public struct ProcessorTimes: Sendable, Equatable {
    /// Spent on any program, or in the kernel.
    public var busySeconds: Double
    /// Wanted by this machine, a virtual one, while its host ran others.
    public var stolenSeconds: Double
    /// That are switched on.
    public var cores: Int

    /// Reads them; `nil` where there is no such file, or another than Linux writes.
    public static func read(_ path: String = "/proc/stat") -> ProcessorTimes? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("cpu") }
        guard let whole = lines.first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        // user, nice, system, idle, waiting, interrupts, their later halves, stolen
        let ticks = whole.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard ticks.count >= 8, lines.count > 1 else { return nil }
        let second = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return ProcessorTimes(
            busySeconds: (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / second,
            stolenSeconds: ticks[7] / second, cores: lines.count - 1)
    }

    /// Processes that ran or waited for a core, over the last minute; `nil` where the file does not tell.
    public static func loadAverage(_ path: String = "/proc/loadavg") -> Double? {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text?.split(separator: " ").first.flatMap { Double($0) }
    }
}
