import Cluster
import Kernels
import Networks

/// One worker's part of the equations as they stand: JᵀJ, of as many rows as there are parameters.
final class PrimalEquations: StepEquations {
    private let memory: NormalEquations
    private let jacobian: JacobianWorker
    private let matrix: GramMatrixWorker
    private let pass: GradientPass<Double>

    init(_ memory: NormalEquations, _ pass: GradientPass<Double>, _ network: Network) {
        (self.memory, self.pass) = (memory, pass)
        jacobian = JacobianWorker(memory, pass, network)
        matrix = GramMatrixWorker(memory.matrix, pass)
    }

    func make(_ batch: MinibatchSamples, request: Request) throws {
        try jacobian.measureColumns(batch, counts: false, request: request)
        for p in pass.parameters { memory.matrix.scale[p] = Curvature.scale(ofSquare: memory.squares[p]) }
        matrix.clear(order: memory.parameters)
        pass.team.wait()
        var clock = now()
        let ofTeam = pass.team.share(of: batch.pieceCount(size: memory.shape.pieceSamples))
        for first in stride(from: ofTeam.lowerBound, to: ofTeam.upperBound, by: memory.shape.pieces) {
            clock = multiply(first..<min(first + memory.shape.pieces, ofTeam.upperBound), of: batch, since: clock)
        }
        try matrix.addTeams()
        _ = pass.wait(after: .allReduce, since: clock)
    }

    /// A round: workers make the pieces, and all multiply them.
    private func multiply(_ round: Range<Int>, of batch: MinibatchSamples, since start: Double) -> Double {
        func samples(_ piece: Int) -> UnsafeBufferPointer<UInt32> {
            batch.piece(round.lowerBound + piece, size: memory.shape.pieceSamples)
        }
        func place(_ piece: Int) -> UnsafeMutablePointer<Double> { memory.panels + piece * memory.shape.pieceSize }
        pass.forEach(of: 0..<round.count) { piece in
            let samples = samples(piece)
            pass.account(for: samples)
            jacobian.run(samples, of: batch)
            jacobian.rows.fill(place(piece), parameters: jacobian.weights, scale: memory.matrix.scale)
        }
        let made = pass.wait(after: .compute, since: start)
        return matrix.add(
            (0..<round.count).map {
                let depth = jacobian.rows.depth(of: samples($0).count)
                return GramPiece(panels: place($0), depth: depth, panelStride: depth * Curvature.panel)
            }, since: made)
    }

    func solve(gradient: UnsafePointer<Double>, damping: Double, decay: Double) -> Bool {
        var clock = now()
        let (count, scale, step) = (memory.parameters, memory.matrix.scale, memory.step)
        for p in pass.worker.share(of: matrix.shape.padded) {
            memory.matrix.diagonal[p] = p < count ? (damping * memory.metric[p] + decay) * scale[p] * scale[p] : 1
        }
        clock = pass.wait(after: .update, since: clock)
        let isFactored = matrix.factor(&clock)
        if isFactored, pass.worker.isTeamLeader {
            for p in 0..<matrix.shape.padded { step[p] = p < count ? -gradient[p] * scale[p] : 0 }
            matrix.solve(step)
            for p in 0..<count { step[p] *= scale[p] }
        }
        _ = pass.wait(after: .update, since: clock)
        return isFactored
    }
}
