import Foundation

/// What the control groups that this process is in, a container's or a batch job's, leave it of the machine.
///
/// Version 2's hierarchy and version 1's are read; a limit counts wherever above the process it is set.
public struct ControlGroup: Sendable {
    /// Processors' worth of time, such as 0.5; nil without a quota.
    public let processors: Double?
    /// Bytes of memory; nil without a limit.
    public let memoryBytes: Int?

    /// Of this process, as it was when this was asked for first.
    public static let own = ControlGroup()

    /// - Parameters:
    ///   - membership: the process's groups as Linux shows them.
    ///   - mount: where the hierarchies are mounted.
    public init(membership: String = "/proc/self/cgroup", mount: String = "/sys/fs/cgroup") {
        let groups = (Self.text(membership) ?? "").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        }
        var quotas: [Double] = []
        var limits: [Int] = []
        for group in groups where group.count == 3 {
            let controllers = group[1].split(separator: ",")
            // Version 2 has one hierarchy, without a name; version 1 one for each controller.
            let folder = mount + (controllers.isEmpty ? "" : "/" + group[1])
            for place in Self.places(group[2]).map({ folder + $0 }) {
                if controllers.isEmpty {
                    quotas += Self.ratio(Self.text(place + "/cpu.max"))
                    limits += Self.limit(Self.text(place + "/memory.max"))
                } else if controllers.contains("cpu") {
                    let quota = Self.text(place + "/cpu.cfs_quota_us") ?? ""
                    quotas += Self.ratio(quota + " " + (Self.text(place + "/cpu.cfs_period_us") ?? ""))
                } else if controllers.contains("memory") {
                    limits += Self.limit(Self.text(place + "/memory.limit_in_bytes"))
                }
            }
        }
        processors = quotas.min()
        memoryBytes = limits.min()
    }

    /// The group, and all above it. Within a container the path may be the host's, of which only the top is there.
    private static func places(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).map { parts.prefix($0).map { "/" + $0 }.joined() }
    }

    /// `quota period`, where there is a quota.
    private static func ratio(_ text: String?) -> [Double] {
        let numbers = (text ?? "").split { $0 == " " || $0 == "\n" }.map { Double($0) ?? 0 }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return [] }
        return [numbers[0] / numbers[1]]
    }

    private static func limit(_ text: String?) -> [Int] {
        Int((text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)).map { $0 > 0 ? [$0] : [] } ?? []
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}

/// The memory that this process can have.
public enum Memory {
    /// Bytes of this host, or what the control group leaves of them.
    public static var bytes: Int {
        let host = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return min(host, ControlGroup.own.memoryBytes ?? host)
    }

    /// Why this process cannot have `count` bytes more; nil where it can, as far as the system tells before they are used.
    ///
    /// An array, or memory that Swift allocates, ends the program where there is none: ask before a size that a user decides.
    /// Beside `count` there must be room for what the program takes by the way, some megabytes.
    public static func shortage(of count: Int) -> String? {
        guard count <= bytes else { return "there are \(bytes)" }
        // Asked of the system itself: a compiler may leave out a malloc whose memory is not used.
        let size = max(count, 0) + (16 << 20)
        guard let room = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), room != MAP_FAILED
        else { return String(cString: strerror(errno)) }
        munmap(room, size)
        return nil
    }

    /// Has the system give large pages for these bytes, where they are many: one fault for each, where small ones take one for
    /// every 4 KiB, and one entry in the table of translations.
    public static func preferLargePages(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        #if os(Linux)
            guard byteCount >= 2 << 20 else { return }
            // Whole pages, so that neighbours have one kind.
            let offset = Int(bitPattern: start) % Int(sysconf(Int32(_SC_PAGESIZE)))
            madvise(start - offset, byteCount + offset, Int32(MADV_HUGEPAGE))
        #endif
    }
}
