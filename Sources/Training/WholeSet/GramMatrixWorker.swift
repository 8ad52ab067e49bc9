import Cluster
import Kernels
import MPI

/// One worker's part of adding up a Gram matrix, and of its factor. All workers of a team call each at the same time.
final class GramMatrixWorker {
    private let matrix: GramMatrix
    private let pass: GradientPass<Double>
    /// At most the memory's.
    private(set) var shape: GramMatrix.Shape
    private var runs: GramTile.Runs

    private var team: Team { pass.team }
    private var worker: Worker { pass.worker }

    init(_ matrix: GramMatrix, _ pass: GradientPass<Double>) {
        (self.matrix, self.pass) = (matrix, pass)
        shape = matrix.shape
        runs = GramTile.runs(shape)
    }

    // MARK: Products

    /// Makes it zero, of so many rows and columns.
    func clear(order: Int) {
        if order != shape.order {
            shape = GramMatrix.Shape(order: order)
            runs = GramTile.runs(shape)
        }
        let part = worker.share(of: shape.wordCount)
        (matrix.words + part.lowerBound).update(repeating: 0, count: part.count)
    }

    /// Pieces that a run of tiles goes through at a time: as many as stay in a core's cache with it.
    private static let together = 2

    /// Adds the pieces' products to the words, of the tiles that this worker takes; waits for all.
    ///
    /// - Returns: when all were there.
    func add(_ pieces: [GramPiece], since start: Double) -> Double {
        var clock = start
        for first in stride(from: 0, to: pieces.count, by: Self.together) {
            let some = pieces[first..<min(first + Self.together, pieces.count)]
            pass.forEach(of: 0..<runs.all.count) { run in
                for piece in some { for tile in runs.all[run] { add(piece, to: tile) } }
            }
            clock = pass.wait(after: .compute, since: clock)
        }
        return clock
    }

    private func add(_ piece: GramPiece, to tile: GramTile) {
        Curvature.addTile(
            piece.columns(from: tile.rowStart), piece.columns(from: tile.columnStart), depth: piece.depth,
            vectors: tile.vectors,
            to: matrix.words + shape.words(before: tile.strip) + tile.columnStart - tile.rowStart,
            row: shape.columns(tile.strip))
    }

    /// Adds up the words of all teams, when all their workers are done.
    func addTeams() throws {
        guard worker.isTeamLeader else { return }
        try team.leaders.allReduce(
            inPlace: UnsafeMutableBufferPointer(start: matrix.words, count: shape.wordCount), operation: .sum)
    }

    // MARK: Its factor

    /// Leaves the factor of the matrix and its `diagonal`, when all workers have their parts of that.
    ///
    /// - Parameter clock: when it began, and then when it ended.
    /// - Returns: whether there is one, the same for every worker.
    func factor(_ clock: inout Double) -> Bool {
        for strip in stride(from: worker.index, to: shape.strips, by: team.workerCount) {
            let start = strip * Curvature.strip
            Curvature.numbers(
                of: matrix.words + shape.words(before: strip), columns: shape.columns(strip),
                diagonal: matrix.diagonal + start, into: matrix.factor + start * shape.row + start, row: shape.row)
        }
        clock = pass.wait(after: .update, since: clock)
        return factorBlocks(&clock)
    }

    /// By blocks of rows: one worker's the block on the diagonal, everybody's the rest of its rows, and what they take from the
    /// rows below.
    private func factorBlocks(_ clock: inout Double) -> Bool {
        let row = shape.row, size = GramTile.groupRows
        for (group, start) in stride(from: 0, to: shape.padded, by: size).enumerated() {
            let n = min(size, shape.padded - start)
            let block = matrix.factor + start * row + start
            if worker.isTeamLeader { matrix.fails.pointee = Curvature.factorBlock(block, row: row, n: n) ? 0 : 1 }
            clock = pass.wait(after: .update, since: clock)
            guard matrix.fails.pointee == 0 else { return false }
            let chunk = 64, rest = shape.padded - start - n
            pass.forEach(of: 0..<(rest + chunk - 1) / chunk) { index in
                Curvature.factorColumns(
                    block, row: row, n: n, block + n + index * chunk, columns: min(chunk, rest - index * chunk))
            }
            clock = pass.wait(after: .update, since: clock)
            guard rest > 0 else { continue }
            let above = matrix.factor + start * row
            pass.forEach(of: runs.groups[group + 1]..<runs.all.count) { run in
                for tile in runs.all[run] {
                    Curvature.subtractTile(
                        above + tile.rowStart, above + tile.columnStart, row: row, depth: n, vectors: tile.vectors,
                        from: matrix.factor + tile.rowStart * row + tile.columnStart)
                }
            }
            clock = pass.wait(after: .update, since: clock)
        }
        return true
    }

    /// Solves for x, of `padded` numbers, by the factor: for one worker to do.
    func solve(_ x: UnsafeMutablePointer<Double>) {
        Curvature.solve(matrix.factor, row: shape.row, n: shape.padded, x)
    }
}
