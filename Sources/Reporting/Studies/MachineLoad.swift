/// What else a machine did before and while a point was measured on it: of the machine that started the point's ranks.
///
/// Numbers of cores are means over the time: core-seconds a second. A field is nil where the machine does not tell.
public struct MachineLoad: Codable, Sendable, Equatable {
    /// Of the last minute, as the point began; the points before it are in it, too.
    public var average: Double?
    /// The machine's.
    public var cores: Int?
    /// Cores that other programs kept busy just before the point.
    public var othersBefore: Double?
    /// Cores that other programs kept busy meanwhile.
    public var others: Double?
    /// Cores that the machine, a virtual one, wanted and its host gave to others meanwhile.
    public var steal: Double?

    public init(
        average: Double? = nil, cores: Int? = nil, othersBefore: Double? = nil, others: Double? = nil,
        steal: Double? = nil
    ) {
        self.average = average
        self.cores = cores
        self.othersBefore = othersBefore
        self.others = others
        self.steal = steal
    }

    /// The share of their cores that `workers` may lose before the machine counts as loaded.
    static let tolerance = 0.1

    /// Whether `workers` lost more than a tenth of their cores: to other programs, beyond what these find on cores that no
    /// worker has, and to the machine's host.
    func isTooMuch(for workers: Int) -> Bool {
        guard let cores, cores > 0, workers > 0 else { return false }
        let taken = max(0, (others ?? othersBefore ?? 0) - Double(max(0, cores - workers)))
        return taken + (steal ?? 0) > Self.tolerance * Double(min(workers, cores))
    }

    /// `others 0.81 of 2 cores, steal 0.10, load average 1.9`.
    var text: String {
        let busy = (others ?? othersBefore).map {
            "others \(Quantity.figures($0))\(cores.map { " of \($0)" } ?? "") cores"
        }
        let parts = [
            busy, steal.map { "steal \(Quantity.figures($0))" }, average.map { "load average \(Quantity.figures($0))" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}

extension ScalingPoint {
    /// Other programs, or the machine's host, took more of the workers' cores than a measurement bears.
    var isOnLoadedMachine: Bool {
        load?.isTooMuch(for: Int((Double(workers) / Double(max(1, nodes))).rounded(.up))) ?? false
    }
}

extension ScalingReport {
    /// Points that were measured while something else took their cores, in words; nil where there is none.
    var loadWarning: String? {
        let measured = points.filter { $0.source == .measured }
        let loaded = measured.filter(\.isOnLoadedMachine)
        guard !loaded.isEmpty else { return nil }
        let named = loaded.prefix(5).map { "\($0.id) (\($0.load!.text))" }.joined(separator: "; ")
        return
            "the machine was loaded while \(loaded.count) of \(measured.count) points were measured, their times are "
            + "longer than its own: \(named)" + (loaded.count > 5 ? "; and \(loaded.count - 5) more" : "")
    }
}
