import Cluster
import Kernels
import Networks

/// One worker's part of the equations in their dual form, of as many rows as J has, where those are fewer than the parameters:
///
///     (JᵀJ + λD) Δ = −g   ⇔   (K + λI) y = A D^-½ g,   Δ = −D^-½ (D^-½ g − Aᵀy)/λ,   with A = J D^-½, K = AAᵀ.
///
/// What is divided by λ is a difference of what nearly cancels. But d = (D^-½ g − Aᵀy)/λ has A d = y: what rounding has made of
/// that, e = A d − y, is taken back, d −= Aᵀ(K + λI)⁻¹ e, with no division. No λ then loses more digits than the primal form.
///
/// Every team has all of A, made by its workers alone, and multiplies parts of its columns, which all teams share out.
final class DualEquations: StepEquations {
    private let memory: NormalEquations
    private let jacobian: JacobianWorker
    private let matrix: GramMatrixWorker
    private let pass: GradientPass<Double>
    /// Numbers of a panel.
    private let panelStride: Int

    private var worker: Worker { pass.worker }

    /// Columns of A that make one chain of multiply-adds.
    private static let chunk = 256

    init(_ memory: NormalEquations, _ pass: GradientPass<Double>, _ network: Network) {
        (self.memory, self.pass) = (memory, pass)
        jacobian = JacobianWorker(memory, pass, network)
        matrix = GramMatrixWorker(memory.matrix, pass)
        panelStride = memory.parameters * Curvature.panel
    }

    func make(_ batch: MinibatchSamples, request: Request) throws {
        try jacobian.measureColumns(batch, counts: true, request: request)
        for p in pass.parameters { memory.roots[p] = 1 / memory.metric[p].squareRoot() }
        pass.team.wait()
        let started = now()
        matrix.clear(order: order(batch.samples.count))
        let size = memory.shape.pieceSamples, rowsOfPiece = jacobian.rows.depth(of: size)
        pass.forEach(of: 0..<batch.pieceCount(size: size)) { piece in
            jacobian.run(batch.piece(piece, size: size), of: batch)
            jacobian.rows.fillRows(
                memory.panels, first: piece * rowsOfPiece, parameters: jacobian.weights, factors: memory.roots,
                scale: memory.matrix.scale)
        }
        let made = pass.wait(after: .compute, since: started)
        let multiplied = matrix.add(
            pass.team.share(of: (memory.parameters + Self.chunk - 1) / Self.chunk).map { chunk in
                let first = chunk * Self.chunk
                return GramPiece(
                    panels: memory.panels + first * Curvature.panel, depth: min(Self.chunk, memory.parameters - first),
                    panelStride: panelStride)
            }, since: made)
        try matrix.addTeams()
        _ = pass.wait(after: .allReduce, since: multiplied)
    }

    /// Rows of so many samples, but for whole strips of padding behind the last.
    private func order(_ count: Int) -> Int {
        let padding = paddedSampleCount(count) - count
        return jacobian.rows.depth(of: count) - padding / Curvature.strip * Curvature.strip
    }

    /// - Precondition: there is no decay, which would add to D what depends on λ.
    func solve(gradient: UnsafePointer<Double>, damping: Double, decay: Double) -> Bool {
        precondition(decay == 0, "the dual form has no decay")
        var clock = now()
        for p in pass.parameters { memory.rooted[p] = memory.roots[p] * gradient[p] }
        for r in worker.share(of: matrix.shape.padded) {
            memory.matrix.diagonal[r] = damping * memory.matrix.scale[r] * memory.matrix.scale[r]
        }
        clock = pass.wait(after: .update, since: clock)
        let isFactored = matrix.factor(&clock)
        if isFactored { substitute(damping, &clock) }
        _ = pass.wait(after: .update, since: clock)
        return isFactored
    }

    // MARK: Solving

    /// Rows are scaled, s_r a_r, and with them the right sides, s_r b_r, and what is solved for, y_r / s_r.
    private func substitute(_ damping: Double, _ clock: inout Double) {
        let (step, rooted, roots, scale) = (memory.step, memory.rooted, memory.roots, memory.matrix.scale)
        let (solution, remainder) = (memory.solution, memory.remainder)
        multiply(rooted, into: solution)
        solve(solution, &clock)
        multiplyBack(solution, into: step)
        for p in pass.parameters { step[p] = (rooted[p] - step[p]) / damping }
        clock = pass.wait(after: .update, since: clock)
        multiply(step, into: remainder) { remainder[$0] -= scale[$0] * scale[$0] * solution[$0] }
        solve(remainder, &clock)
        multiplyBack(remainder, into: rooted)
        for p in pass.parameters { step[p] = -roots[p] * (step[p] - rooted[p]) }
    }

    /// out = A x, of this worker's rows, each of which then goes through `body`.
    private func multiply(
        _ x: UnsafePointer<Double>, into out: UnsafeMutablePointer<Double>, then body: (_ row: Int) -> Void = { _ in }
    ) {
        let shape = matrix.shape, vectors = Curvature.panel / Curvature.strip
        for panel in worker.share(of: shape.panels) {
            let first = panel * Curvature.panel, strips = min(vectors, shape.strips - panel * vectors)
            Curvature.product(
                memory.panels + panel * panelStride, depth: memory.parameters, x, vectors: strips, into: out + first)
            for row in first..<first + strips * Curvature.strip { body(row) }
        }
    }

    /// x = (K + λI)⁻¹ x, when all workers have their parts of x.
    private func solve(_ x: UnsafeMutablePointer<Double>, _ clock: inout Double) {
        clock = pass.wait(after: .update, since: clock)
        if worker.isTeamLeader { matrix.solve(x) }
        clock = pass.wait(after: .update, since: clock)
    }

    /// out = Aᵀ y, of this worker's parameters.
    private func multiplyBack(_ y: UnsafePointer<Double>, into out: UnsafeMutablePointer<Double>) {
        Curvature.sums(
            memory.panels, depth: memory.parameters, rows: matrix.shape.padded, y, range: pass.parameters,
            into: out)
    }
}
