import Kernels
import MPI

/// The last pairs (s, y) of a step and what it changed in the gradient, in the team's memory: a ring, whose place is kept in
/// `SolverState`.
struct CorrectionPairs<Scalar: Real & Datatype> {
    private let base: UnsafeMutablePointer<Scalar>
    private let stride: Int
    /// The most that there can be.
    private let capacity: Int

    /// - Parameter base: of 2·capacity vectors, s and y of each pair.
    init(at base: UnsafeMutablePointer<Scalar>, stride: Int, capacity: Int) {
        (self.base, self.stride, self.capacity) = (base, stride, capacity)
    }

    private func step(_ place: Int) -> UnsafeMutablePointer<Scalar> { base + 2 * place * stride }
    private func change(_ place: Int) -> UnsafeMutablePointer<Scalar> { base + (2 * place + 1) * stride }

    /// Where pairs are, the newest first.
    private func places(_ solver: SolverState) -> [Int] {
        (0..<solver.pairs).map { (solver.newest - $0 + capacity) % capacity }
    }

    /// Keeps a pair, in the oldest's place where there is no other, unless the curvature along it is none, or lost in rounding.
    func add(
        _ s: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, to solver: inout SolverState, _ work: VectorWork<Scalar>
    ) {
        let (curvature, square) = work.dots(s, y, y, y)
        guard curvature > Double(Scalar.ulpOfOne) * square, curvature.isFinite else { return }
        solver.newest = solver.pairs == 0 ? 0 : (solver.newest + 1) % capacity
        solver.pairs = min(solver.pairs + 1, capacity)
        work.copy(s, to: step(solver.newest))
        work.copy(y, to: change(solver.newest))
    }

    /// direction = −H·gradient, H being what the pairs make of the inverse Hessian, from γ·I with γ = sᵀy / yᵀy of the newest.
    ///
    /// - SeeAlso: Nocedal and Wright, *Numerical optimization*, 2006, Algorithm 7.4 and (7.20).
    /// - Complexity: 10·P·pairs flops over the team's workers, which wait 2·pairs + 1 times.
    func descend(
        from gradient: UnsafePointer<Scalar>, _ solver: SolverState, _ work: VectorWork<Scalar>,
        into direction: UnsafeMutablePointer<Scalar>
    ) {
        work.combine(-1, gradient, 0, gradient, into: direction)
        let places = places(solver)
        guard let newest = places.first else { return }
        var curvatures: [Double] = [], alphas: [Double] = []
        for place in places {
            let (curvature, part) = work.dots(step(place), change(place), step(place), direction)
            curvatures.append(curvature)
            alphas.append(part / curvature)
            work.combine(1, direction, -part / curvature, change(place), into: direction)
        }
        let gamma = curvatures[0] / work.dot(change(newest), change(newest))
        work.combine(gamma, direction, 0, direction, into: direction)
        for (index, place) in places.enumerated().reversed() {
            let beta = work.dot(change(place), direction) / curvatures[index]
            work.combine(1, direction, alphas[index] - beta, step(place), into: direction)
        }
    }
}
