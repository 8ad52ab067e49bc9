import Kernels

/// The rows of J for pieces of a set of samples: JᵀJ is the generalised Gauss-Newton matrix of the set's mean loss.
///
/// With G_b = ∂²E_b/∂(h^L)² of sample b, as the loss has it, and its root R_b, R_bᵀR_b = G_b, the sample has n_L rows
///
///     J_b = R_b · ∂h^L/∂w,   of which   ∂h^L_q/∂w^k_ij = S^{L,k}_qj · a^k_i,
///
/// S^{L,k} = ∂h^L/∂h^{k+1} swept from layer k + 1 towards the output, as `Frontpropagation` does it, with R_b for the last
/// derivative. Each element is a product of two numbers, so J is only written where it is multiplied. Of squared errors these are
/// the rows of Levenberg and Marquardt's Jacobian.
///
/// - SeeAlso: Schraudolph, *Fast curvature matrix-vector products for second-order gradient descent*, 2002.
public final class CurvatureRows {
    private let curvature: LossCurvature
    private let mixesOutputs: Bool
    private let divisor: Int
    private let topology: Topology
    private let samples: Samples
    private let pass: ForwardPass<Double>
    private let products: Products<Double>
    /// a⁰, n_0 × stride, and ones, which biases are multiplied by.
    private let inputs: ScratchMemory<Double>
    private let ones: ScratchMemory<Double>
    /// What the outputs are compared with, where the curvature depends on it.
    private let targets: ScratchMemory<Double>
    /// R_b, where it is diagonal: n_L × stride; else the root of what each sample counts, times ones.
    private let roots: ScratchMemory<Double>
    private let counts: ScratchMemory<Double>
    /// S^{L,k} of a group at index k, n_L × n_{k+1} × group; and two matrices of a sweep under way.
    private let sensitivities: [ScratchMemory<Double>]
    private var sweep: [ScratchMemory<Double>]
    /// Of each parameter, and of each output's row of it.
    private var left: [UnsafePointer<Double>?] = []
    private var right: [UnsafePointer<Double>?] = []
    private var groups = 0

    /// Samples of a piece: as many as have some 256 rows. The last of a set may be shorter.
    public static func pieceSamples(_ topology: Topology) -> Int {
        max(sampleGroup, 256 / topology.outputCount / sampleGroup * sampleGroup)
    }

    /// - Precondition: the network's head has a curvature.
    public init(_ network: Network, samples: Samples) {
        let topology = network.topology
        let capacity = Self.pieceSamples(topology)
        (self.topology, self.samples) = (topology, samples)
        curvature = network.head.form.curvature
        divisor = network.head.divisor(outputs: topology.outputCount)
        if case .softmax = curvature { mixesOutputs = true } else { mixesOutputs = false }
        pass = ForwardPass(network, samples: samples, capacity: capacity)
        let widest = topology.sizes[1...].max()!
        products = Products(topology: topology, columns: widest * sampleGroup)
        inputs = ScratchMemory(count: topology.inputCount * capacity)
        ones = ScratchMemory(count: capacity)
        ones.base.update(repeating: 1, count: capacity)
        targets = ScratchMemory(count: topology.outputCount * capacity)
        roots = ScratchMemory(count: topology.outputCount * capacity)
        counts = ScratchMemory(count: capacity)
        sensitivities = topology.sizes[1...].map { ScratchMemory(count: topology.outputCount * $0 * sampleGroup) }
        sweep = (0..<2).map { _ in ScratchMemory(count: widest * widest * sampleGroup) }
        right = sensitivityRows()
    }

    /// Rows of the piece that was run last: n_L for each of its samples, which are rounded up to whole groups; those beyond are
    /// zero.
    public var depth: Int { groups * sampleGroup * topology.outputCount }

    /// As `depth`, of a piece of so many samples.
    public func depth(of count: Int) -> Int { Self.depth(of: count, topology) }

    /// As `depth`, of a piece of so many samples of a network.
    public static func depth(of count: Int, _ topology: Topology) -> Int {
        paddedSampleCount(count) * topology.outputCount
    }

    /// Computes the layers of a piece, and how its outputs are curved.
    ///
    /// - Parameters:
    ///   - piece: at most `pieceSamples`.
    ///   - minibatch: the whole set.
    public func run(
        _ piece: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Double>
    ) {
        pass.run(piece, parameters: parameters)
        groups = pass.stride / sampleGroup
        samples.inputs.fill(inputs.base, with: piece, stride: pass.stride)
        let share = 1 / Double(divisor * minibatch.size)
        for s in 0..<pass.stride {
            let weight: Double = s < piece.count ? samples.weight(piece[s], ofMean: minibatch.meanWeight) : 0
            counts.base[s] = (share * weight).squareRoot()
        }
        fillRoots(piece)
        left = activationRows()
    }

    private func fillRoots(_ piece: UnsafeBufferPointer<UInt32>) {
        let (units, stride) = (topology.outputCount, pass.stride)
        let (a, beside) = (pass.activation(topology.depth), pass.beside(topology.depth))
        func fill(_ root: (_ index: Int) -> Double) {
            for q in 0..<units {
                for s in 0..<stride {
                    let index = q * stride + s
                    roots.base[index] = counts.base[s] == 0 ? 0 : counts.base[s] * root(index)
                }
            }
        }
        switch curvature {
        case .none: preconditionFailure("the loss has no curvature")
        case .byOutput(let curvature):
            samples.fillTargets(targets.base, of: piece, units: units, stride: stride)
            fill { curvature(a[$0], targets.base[$0]).squareRoot() * beside[$0] }
        case .bySum(let curvature): fill { curvature(a[$0]).squareRoot() }
        case .softmax: roots.base.update(repeating: 1, count: units * stride)
        }
    }

    // MARK: What elements are made of

    /// aᵏ_i of each parameter, the first sample's.
    private func activationRows() -> [UnsafePointer<Double>?] {
        (0..<topology.depth).flatMap { k -> [UnsafePointer<Double>?] in
            let (rows, units) = (topology.sizes[k], topology.sizes[k + 1])
            let a = k == 0 ? inputs.base : pass.activation(k)
            return (0...rows).flatMap { i in
                Array(
                    repeating: UnsafePointer(i < rows ? a + i * pass.stride : ones.base), count: units)
            }
        }
    }

    /// S^{L,k}_qj of each parameter, output after output.
    private func sensitivityRows() -> [UnsafePointer<Double>?] {
        (0..<topology.outputCount).flatMap { q in
            (0..<topology.depth).flatMap { k -> [UnsafePointer<Double>?] in
                let units = topology.sizes[k + 1]
                let row = (0..<units).map {
                    UnsafePointer(sensitivities[k].base + (q * units + $0) * sampleGroup) as UnsafePointer<Double>?
                }
                return (0...topology.sizes[k]).flatMap { _ in row }
            }
        }
    }

    /// Calls `body` for each row of groups: with what its elements are made of, the place of the group among the samples, and
    /// the first row's number.
    private func forEachRow(
        _ parameters: UnsafePointer<Double>,
        _ body: (_ left: Curvature.Numbers, _ place: Int, _ right: Curvature.Numbers, _ row: Int) -> Void
    ) {
        let (count, outputs) = (topology.parameterCount, topology.outputCount)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                for group in 0..<groups {
                    let place = group * sampleGroup
                    for k in 0..<topology.depth { fillSensitivities(k, place, parameters) }
                    for q in 0..<outputs {
                        body(
                            left.baseAddress!, place, right.baseAddress! + q * count,
                            (group * outputs + q) * sampleGroup)
                    }
                }
            }
        }
    }

    /// S^{L,k} of the group at `place`, with R_b before it.
    private func fillSensitivities(_ k: Int, _ place: Int, _ parameters: UnsafePointer<Double>) {
        let (last, start) = (topology.depth, k + 1)
        let (outputs, width) = (topology.outputCount, topology.sizes[start])
        let s = sensitivities[k].base
        let roots = roots.base + place
        if start == last {
            s.update(repeating: 0, count: outputs * width * sampleGroup)
            for q in 0..<outputs {
                (s + (q * width + q) * sampleGroup).update(from: roots + q * pass.stride, count: sampleGroup)
            }
        } else {
            func derivative(_ l: Int) -> UnsafePointer<Double> {
                UnsafePointer(l == last ? roots : pass.derivative(l) + place)
            }
            func matrix(_ l: Int, _ index: Int) -> UnsafeMutablePointer<Double> { l == last ? s : sweep[index].base }
            Double.sensitivityStart(
                weights: parameters + topology.weights(start), units: topology.sizes[start + 1],
                upper: derivative(start + 1), lower: pass.derivative(start) + place, stride: pass.stride, first: 0,
                width: width, s: matrix(start + 1, 0))
            var from = 0
            for l in stride(from: start + 2, through: last, by: 1) {
                products.forward(
                    parameters + topology.weights(l - 1), inputs: topology.sizes[l - 1], outputs: topology.sizes[l],
                    sweep[from].base, into: matrix(l, 1 - from), columns: width * sampleGroup)
                Double.sensitivityScale(
                    s: matrix(l, 1 - from), units: topology.sizes[l], width: width, derivative: derivative(l),
                    stride: pass.stride)
                from = 1 - from
            }
        }
        if mixesOutputs { mix(s, width, place) }
    }

    /// Of softmax: row q becomes √(a_q) Σ_r a_r (s_q − s_r), times what the sample counts; by the differences, of which each
    /// keeps its digits.
    private func mix(_ s: UnsafeMutablePointer<Double>, _ width: Int, _ place: Int) {
        let (units, stride, a) = (topology.outputCount, pass.stride, pass.activation(topology.depth) + place)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: units) { column in
            for j in 0..<width {
                for b in 0..<sampleGroup {
                    for q in 0..<units { column[q] = s[(q * width + j) * sampleGroup + b] }
                    for q in 0..<units {
                        var above = 0.0
                        for r in 0..<units { above += a[r * stride + b] * (column[q] - column[r]) }
                        s[(q * width + j) * sampleGroup + b] =
                            counts.base[place + b] * a[q * stride + b].squareRoot() * above
                    }
                }
            }
        }
    }

    // MARK: What is made of them

    /// Adds the squares of the piece's elements to `squares`, `Curvature.lanes` sums a parameter.
    public func addSquares(parameters: UnsafePointer<Double>, to squares: UnsafeMutablePointer<Double>) {
        forEachRow(parameters) { left, place, right, _ in
            Curvature.addSquares(
                left: left, place: place, right: right, count: topology.parameterCount, to: squares)
        }
    }

    /// Writes the piece's rows into panels, each parameter's column multiplied by its `scale`.
    public func fill(
        _ panels: UnsafeMutablePointer<Double>, parameters: UnsafePointer<Double>, scale: UnsafePointer<Double>
    ) {
        forEachRow(parameters) { left, place, right, row in
            Curvature.fillPanels(
                left: left, place: place, right: right, scale: scale, count: topology.parameterCount, depth: depth,
                row: row, into: panels)
        }
    }

    /// Writes the piece's rows, the first as number `first`, into panels whose neighbours are rows: each parameter's column
    /// multiplied by its factor, and each row by a power of two that makes its norm less than one, left in `scale`.
    public func fillRows(
        _ panels: UnsafeMutablePointer<Double>, first: Int, parameters: UnsafePointer<Double>,
        factors: UnsafePointer<Double>, scale: UnsafeMutablePointer<Double>
    ) {
        forEachRow(parameters) { left, place, right, row in
            let row = first + row, own = scale + row
            Curvature.rowSquares(
                left: left, place: place, right: right, factors: factors, count: topology.parameterCount, into: own)
            for s in 0..<sampleGroup { own[s] = Curvature.scale(ofSquare: own[s]) }
            Curvature.fillRowPanels(
                left: left, place: place, right: right, factors: factors, scale: own, count: topology.parameterCount,
                row: row, into: panels)
        }
    }

    /// The piece's rows as they are, each of as many numbers as there are parameters: the samples', and of each its outputs'.
    public func rows(parameters: UnsafePointer<Double>, count: Int) -> [[Double]] {
        var rows = [[Double]](repeating: [], count: count * topology.outputCount)
        forEachRow(parameters) { left, place, right, row in
            let q = row / sampleGroup % topology.outputCount
            for b in 0..<sampleGroup where place + b < count {
                rows[(place + b) * topology.outputCount + q] = (0..<topology.parameterCount).map {
                    left[$0]![place + b] * right[$0]![b]
                }
            }
        }
        return rows
    }
}
