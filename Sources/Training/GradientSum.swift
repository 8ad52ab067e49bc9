import Kernels
import MPI

/// Adds up the slices' gradients, exactly or plainly, within a team and between teams.
///
/// Exactly: Σ round(g · 2^44) in 64-bit integers (two words in float64, the second down to 2^-96), so the order of the
/// slices, and who adds them, cannot change a bit. Docs/exact-sum.md has range and resolution.
struct GradientSum<Scalar: Real & Datatype>: Sendable {
    let state: SharedState<Scalar>
    let reduction: Reduction

    private var low: Int { Scalar.exactWords == 2 ? state.parameterCount : 0 }
    private var agreed: Int {
        reduction == .exact ? state.parameterCount * Scalar.exactWords : state.parameterCount
    }
    /// What stands beside the gradient is in units of 2^-40, up to 2^23.
    private var unit: Double { 0x1p-40 }

    /// Sums this range of the gradient over the team's slots.
    ///
    /// - Returns: the first parameter that does not fit the fixed point or is not finite, if any.
    func addSlots(_ range: Range<Int>) -> Int? {
        switch reduction {
        case .exact:
            let fits = Scalar.exactSum(
                slots: state.slots, slotStride: state.slotStride, count: state.slotCount, range: range,
                words: state.words, low: low)
            return fits ? nil : misfit(in: range)
        case .allreduce:
            Scalar.plainSum(
                slots: state.slots, slotStride: state.slotStride, count: state.slotCount, range: range, into: state.sums
            )
            return range.first { !state.sums[$0].isFinite }
        }
    }

    private func misfit(in range: Range<Int>) -> Int {
        range.first { parameter in
            !(0..<state.slotCount).allSatisfy { abs(state.slot($0)[parameter]) <= 0x1p7 }
        } ?? range.lowerBound
    }

    /// Where there is one team: sums this range of the gradient over the slots and takes the step with it, in one pass,
    /// plainly by pieces that stay in the first-level cache.
    ///
    /// - Returns: the first parameter that does not fit, as `addSlots`.
    func step(_ range: Range<Int>, rate: Scalar, momentum: Scalar) -> Int? {
        if reduction == .exact {
            let fits = Scalar.exactStep(
                slots: state.slots, slotStride: state.slotStride, count: state.slotCount, range: range, rate: rate,
                momentum: momentum, velocity: state.velocity, weights: state.weights)
            return fits ? nil : misfit(in: range)
        }
        let piece = 512
        var misfit: Int?
        for first in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
            let part = first..<min(first + piece, range.upperBound)
            misfit = misfit ?? addSlots(part)
            Scalar.momentumStep(
                gradient: state.sums, range: part, rate: rate, momentum: momentum, velocity: state.velocity,
                weights: state.weights)
        }
        return misfit
    }

    /// Adds up the teams' sums, and what is agreed on with them; by each team's leader.
    func addTeams(_ leaders: Communicator) throws {
        switch reduction {
        case .exact:
            try leaders.allReduce(inPlace: buffer(state.words), operation: .sum)
        case .allreduce:
            try leaders.allReduce(inPlace: buffer(state.sums), operation: .sum)
        }
    }

    private func buffer<T>(_ start: UnsafeMutablePointer<T>) -> UnsafeMutableBufferPointer<T> {
        UnsafeMutableBufferPointer(start: start, count: agreed + Agreement.count)
    }

    /// The summed gradient of `range`; `scratch` holds it at its own place where it has to be converted.
    func gradient(_ range: Range<Int>, scratch: UnsafeMutablePointer<Scalar>) -> UnsafePointer<Scalar> {
        guard reduction == .exact else { return UnsafePointer(state.sums) }
        Scalar.fromExact(words: state.words, low: low, range: range, into: scratch)
        return UnsafePointer(scratch)
    }

    /// Sets this team's part of an agreed number; beyond ±2^22 it saturates.
    func set(_ what: Agreement, _ value: Double) {
        if reduction == .exact {
            state.words[agreed + what.rawValue] = Int64((max(-0x1p22, min(0x1p22, value)) / unit).rounded())
        } else {
            state.sums[agreed + what.rawValue] = Scalar(value)
        }
    }

    /// The agreed number, after `addTeams` where there are several.
    func agreedValue(_ what: Agreement) -> Double {
        reduction == .exact
            ? Double(state.words[agreed + what.rawValue]) * unit : Double(state.sums[agreed + what.rawValue])
    }
}
