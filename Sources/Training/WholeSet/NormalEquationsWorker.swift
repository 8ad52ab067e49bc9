import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// One worker's part of making the normal equations, and of solving them. All workers of a team call each at the same time.
final class NormalEquationsWorker {
    private let equations: NormalEquations
    private let shape: NormalEquations.Shape
    private let pass: GradientPass<Double>
    private let rows: CurvatureRows
    private let tiles: [GramTile]
    private let groups: [Int]
    private let pieceSamples: Int
    private let squares: UnsafeMutablePointer<Double>

    private var team: Team { pass.team }
    private var worker: Worker { pass.worker }

    init(_ equations: NormalEquations, _ pass: GradientPass<Double>, _ network: Network) {
        self.equations = equations
        self.pass = pass
        shape = equations.shape
        rows = CurvatureRows(network, samples: pass.plan.samples)
        (tiles, groups) = GramTile.all(shape)
        pieceSamples = CurvatureRows.pieceSamples(network.topology)
        squares = .allocate(capacity: shape.order * Curvature.lanes)
    }

    deinit { squares.deallocate() }

    // MARK: JᵀJ

    /// Leaves JᵀJ at the weights in the words of every team, and beside it the columns' scales, and the metric.
    func make(_ batch: MinibatchSamples, request: Request) throws {
        let (all, minibatch) = (batch.samples, batch.minibatch)
        try measureColumns(all, in: minibatch, request: request)
        let started = now()
        let part = worker.share(of: equations.words.count)
        (equations.words.baseAddress! + part.lowerBound).update(repeating: 0, count: part.count)
        let size = pieceSamples
        let pieces = (all.count + size - 1) / size
        func samples(_ piece: Int) -> UnsafeBufferPointer<UInt32> {
            UnsafeBufferPointer(rebasing: all[piece * size..<min((piece + 1) * size, all.count)])
        }
        let ofTeam = team.share(of: pieces)
        let perRound = shape.piecesPerRound * team.workerCount
        var clock = started
        for first in stride(from: ofTeam.lowerBound, to: ofTeam.upperBound, by: perRound) {
            let round = first..<min(first + perRound, ofTeam.upperBound)
            for piece in worker.share(of: round.count) {
                let samples = samples(first + piece)
                pass.account(for: samples)
                rows.run(samples, in: minibatch, parameters: weights)
                rows.fill(equations.piece(piece), parameters: weights, scale: equations.scale)
            }
            clock = wait(after: .compute, since: clock)
            let depths = round.map { rows.depth(of: samples($0).count) }
            multiply(depths)
            clock = wait(after: .compute, since: clock)
        }
        if worker.isTeamLeader { try team.leaders.allReduce(inPlace: equations.words, operation: .sum) }
        _ = wait(after: .allReduce, since: clock)
    }

    private var weights: UnsafePointer<Double> { UnsafePointer(pass.state.weights) }

    /// The exact sums of the columns' squares; and of each column a power of two that makes its norm less than one.
    private func measureColumns(
        _ all: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, request: Request
    ) throws {
        let started = now()
        pass.computeSlices(of: all) { samples, slot in
            let into = pass.state.slot(slot)
            pass.state.losses[slot] = 0
            squares.update(repeating: 0, count: shape.order * Curvature.lanes)
            for first in stride(from: 0, to: samples.count, by: pieceSamples) {
                let piece = UnsafeBufferPointer(
                    rebasing: samples[first..<min(first + pieceSamples, samples.count)])
                rows.run(piece, in: minibatch, parameters: weights)
                rows.addSquares(parameters: weights, to: squares)
            }
            for p in 0..<shape.order {
                let lanes = squares + p * Curvature.lanes
                into[p] =
                    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
            }
        }
        _ = try pass.addUp(pass.gather(request, since: started), into: equations.squares)
        let largest = Double.magnitude(bits: Double.largest(equations.squares, range: 0..<shape.order))
        for p in pass.parameters {
            equations.scale[p] = Self.scale(equations.squares[p])
            equations.metric[p] = largest > 0 ? max(equations.squares[p], Self.leastPart * largest) : 1
        }
        team.wait()
    }

    /// What the metric has at least, of its largest element.
    private static let leastPart = 0.1

    /// 2^-e, e the least for which √square < 2^e; of columns that are next to nothing 2^400.
    private static func scale(_ square: Double) -> Double {
        guard square > 0, square.isFinite else { return 1 }
        let e = max(-400, (Int(square.exponent) + 2) >> 1)
        return Double(sign: .plus, exponent: -e, significand: 1)
    }

    /// Adds this worker's tiles of the round's pieces to the words.
    private func multiply(_ depths: [Int]) {
        var index = worker.share(of: tiles.count).lowerBound
        let end = worker.share(of: tiles.count).upperBound
        while index < end {
            // Tiles of a group that share a panel: it stays in the cache.
            var next = index + 1
            while next < end, tiles[next].panel == tiles[index].panel, tiles[next].strip > tiles[next - 1].strip {
                next += 1
            }
            for (piece, depth) in depths.enumerated() {
                for tile in tiles[index..<next] { multiply(tile, equations.piece(piece), depth) }
            }
            index = next
        }
    }

    private func multiply(_ tile: GramTile, _ piece: UnsafeMutablePointer<Double>, _ depth: Int) {
        let width = Curvature.panel
        let columns = shape.columns(tile.strip)
        Curvature.addTile(
            piece + tile.rowStart / width * depth * width + tile.rowStart % width,
            piece + tile.panel * depth * width + tile.first * Curvature.strip, depth: depth, vectors: tile.vectors,
            to: equations.words.baseAddress! + shape.words(before: tile.strip) + tile.columnStart - tile.rowStart,
            row: columns)
    }

    // MARK: Solving

    /// Leaves −(JᵀJ + damping · D + decay · I)⁻¹ gradient in `step`, D being the metric.
    ///
    /// - Returns: whether there is such a step, the same for every worker.
    func solve(gradient: UnsafePointer<Double>, damping: Double, decay: Double) -> Bool {
        let started = now()
        for p in worker.share(of: shape.padded) {
            equations.diagonal[p] =
                p < shape.order ? (damping * equations.metric[p] + decay) * equations.scale[p] * equations.scale[p] : 1
        }
        team.wait()
        for strip in stride(from: worker.index, to: shape.strips, by: team.workerCount) {
            let start = strip * Curvature.strip
            Curvature.numbers(
                of: equations.words.baseAddress! + shape.words(before: strip), columns: shape.columns(strip),
                diagonal: equations.diagonal + start, into: equations.factor + start * shape.row + start,
                row: shape.row)
        }
        var clock = wait(after: .update, since: started)
        let isFactored = factor(&clock)
        if isFactored, worker.isTeamLeader { substitute(gradient) }
        _ = wait(after: .update, since: clock)
        return isFactored
    }

    /// Cholesky's factor by blocks of rows: one worker's the block on the diagonal, everybody's the rest of its rows, and what
    /// they take from the rows below.
    ///
    /// - Parameter clock: when it began, and then when it ended.
    private func factor(_ clock: inout Double) -> Bool {
        let row = shape.row, size = GramTile.groupRows
        for (group, start) in stride(from: 0, to: shape.padded, by: size).enumerated() {
            let n = min(size, shape.padded - start)
            let block = equations.factor + start * row + start
            if worker.isTeamLeader { equations.fails.pointee = Curvature.factorBlock(block, row: row, n: n) ? 0 : 1 }
            clock = wait(after: .update, since: clock)
            guard equations.fails.pointee == 0 else { return false }
            let chunk = 64, rest = shape.padded - start - n
            for index in worker.share(of: (rest + chunk - 1) / chunk) {
                Curvature.factorColumns(
                    block, row: row, n: n, block + n + index * chunk, columns: min(chunk, rest - index * chunk))
            }
            clock = wait(after: .update, since: clock)
            guard rest > 0 else { continue }
            let left = groups[group + 1]
            for index in worker.share(of: tiles.count - left) {
                let tile = tiles[left + index]
                let above = equations.factor + start * row
                Curvature.subtractTile(
                    above + tile.rowStart, above + tile.columnStart, row: row, depth: n, vectors: tile.vectors,
                    from: equations.factor + tile.rowStart * row + tile.columnStart)
            }
            clock = wait(after: .update, since: clock)
        }
        return true
    }

    private func substitute(_ gradient: UnsafePointer<Double>) {
        for p in 0..<shape.padded { equations.step[p] = p < shape.order ? -gradient[p] * equations.scale[p] : 0 }
        Curvature.solve(equations.factor, row: shape.row, n: shape.padded, equations.step)
        for p in 0..<shape.order { equations.step[p] *= equations.scale[p] }
    }

    private func wait(after kind: Span.Kind, since start: Double) -> Double {
        let done = pass.clock.lap(kind, since: start)
        team.wait()
        return pass.clock.lap(.wait, since: done)
    }
}
