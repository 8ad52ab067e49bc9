/// Checks of several networks of the same sizes, a line an engine: for those who want to know whether all is well.
public struct GradientCheckTable: Sendable, CustomStringConvertible {
    private let topology: Topology
    private let checks: [GradientCheck]

    public init(_ topology: Topology, _ checks: [GradientCheck]) {
        (self.topology, self.checks) = (topology, checks)
    }

    public var passed: Bool { checks.allSatisfy(\.passed) }

    /// The table, the whole comparison of each network that failed, and the verdict.
    public var description: String {
        let header = [
            "verdict", "hidden", "output", "loss", "engine", "against engines", "float32", "against differences",
        ]
        let rows = checks.flatMap { check in GradientMethod.allCases.map { row(check, $0.rawValue) } }
        let failures = checks.filter { !$0.passed }.map(\.description)
        let limits =
            "limits: \(GradientCheck.scientific(GradientCheck.engineLimit)) between engines, "
            + "\(GradientCheck.scientific(GradientCheck.singleLimit)) from the same in float32, "
            + "\(GradientCheck.scientific(GradientCheck.differenceLimit)) from central differences"
        return
            (GradientCheck.columns([header] + rows) + failures
            + [limits, "\(topology), \(checks.count) networks: \(passed ? "passed" : "failed")"]).joined(
                separator: "\n")
    }

    private func row(_ check: GradientCheck, _ engine: String) -> [String] {
        let mine = check.comparisons.filter { $0.first == engine || $0.second == engine }
        func largest(_ limit: Double) -> String {
            mine.filter { $0.limit == limit }.map(\.difference).max().map(GradientCheck.scientific) ?? "–"
        }
        let differences = mine.filter { $0.limit == GradientCheck.differenceLimit && $0.verdict != .unresolved }
        let network = check.network
        return [
            (mine.allSatisfy { $0.verdict != .failed } ? GradientCheck.Verdict.passed : .failed).rawValue,
            "\(network.hidden)", "\(network.head.activation)", "\(network.head.loss)", engine,
            largest(GradientCheck.engineLimit), largest(GradientCheck.singleLimit),
            differences.map(\.difference).max().map(GradientCheck.scientific) ?? "too small to tell",
        ]
    }
}

extension Network {
    /// Networks of these sizes with every head, and all activations in turn in their hidden layers.
    public static func covering(_ topology: Topology) -> [Network] {
        Head.all.enumerated().map { index, head in
            // Eight steps on are one step back of nine: hidden and last activations do not go in step.
            let hidden = Activation.all[index * (Activation.all.count - 1) % Activation.all.count]
            return Network(topology, hidden: HiddenActivations(hidden), head: head)
        }
    }
}
