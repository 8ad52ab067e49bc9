import Datasets
import Kernels
import Networks
import Resources
import Storage

/// How strongly each output follows each input: the mean of |∂output/∂input| over rows of a table.
public struct Importance: Sendable {
    public let inputs: [String]
    public let outputs: [String]
    /// The rows that it is of.
    public let count: Int
    /// [n_L][n_0]: in the output's unit for each of the input's; see `RowJacobians`.
    public let physical: [[Double]]
    /// The same in what the network sees: where columns are standardised, deviations of the training rows for each deviation.
    public let standardised: [[Double]]

    /// One input's standardised sensitivities, added up over the outputs.
    public func total(_ input: Int) -> Double { standardised.reduce(0) { $0 + $1[input] } }

    /// The inputs by what they count, the most important first; of equals the first.
    public var ranking: [Int] {
        inputs.indices.map { (total: total($0), input: $0) }.sorted { ($1.total, $0.input) < ($0.total, $1.input) }
            .map(\.input)
    }
}

extension SavedNetwork {
    /// The mean sensitivities of chosen rows, on all cores; added up in the rows' order, so that they are always the same.
    ///
    /// - Throws: as `predict`; `.badData` of no rows.
    public func importance(_ chosen: ChosenRows) throws -> Importance {
        guard chosen.count > 0 else { throw Failure(.badData, "\(chosen.table.name): there are no rows to look at") }
        var sums = Sums(topology)
        try chosen.inPieces(of: 250, { try self.sums(of: $0) }, { sums.add($0) })
        func means(_ sums: [Double]) -> [[Double]] {
            (0..<topology.outputCount).map { q in
                sums[q * topology.inputCount..<(q + 1) * topology.inputCount].map { $0 / Double(chosen.count) }
            }
        }
        return Importance(
            inputs: chosen.columns.inputNames, outputs: chosen.columns.outputNames, count: chosen.count,
            physical: means(sums.physical), standardised: means(sums.plain))
    }

    private func sums(of rows: ChosenRows) throws -> Sums {
        let memory = try rows.samples(limit: Double(Scalar.greatestFiniteMagnitude))
        let (inputs, count) = (topology.inputCount, topology.outputCount)
        let scales = rows.columns.inputScales.map { abs($0.scale) }
        let matrices = jacobians(of: memory.samples)
        let units = rows.columns.units?.outputs
        var sums = Sums(topology)
        try outputs(of: memory.samples, name: rows.outputName) { index, outputs in
            for q in 0..<count {
                let slope = abs(units?[q].slope(Double(outputs[q])) ?? 1)
                for i in 0..<inputs {
                    let element = abs(Double(matrices[(index * count + q) * inputs + i]))
                    sums.plain[q * inputs + i] += element
                    sums.physical[q * inputs + i] += slope * element / scales[i]
                }
            }
        }
        return sums
    }
}

/// Σ |∂y/∂x| and Σ |∂t/∂z| of some rows, each n_L × n_0.
private struct Sums: Sendable {
    var physical: [Double]
    var plain: [Double]

    init(_ topology: Topology) {
        physical = [Double](repeating: 0, count: topology.outputCount * topology.inputCount)
        plain = physical
    }

    mutating func add(_ other: Sums) {
        for place in physical.indices {
            physical[place] += other.physical[place]
            plain[place] += other.plain[place]
        }
    }
}
