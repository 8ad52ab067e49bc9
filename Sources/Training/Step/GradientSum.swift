import Cluster
import Kernels
import MPI

/// Adds up the slices' gradients, exactly or plainly, within a team and between teams.
///
/// Exactly: Σ round(g · 2^p) in 64-bit integers (two words in float64), p by the largest magnitude of the tensor in all
/// slices. Maxima and integer sums are associative, so the order of the slices, and who adds them, cannot change a bit.
/// Docs/exact-sum.md says what is kept.
struct GradientSum<Scalar: Real & Datatype>: Sendable {
    let state: SharedState<Scalar>
    let reduction: Reduction

    private var low: Int { Scalar.exactWords == 2 ? state.parameterCount : 0 }
    /// Where the loss stands among the words, of which it has two; and what is agreed on, among the plain sums.
    private var lossWord: Int { state.parameterCount * Scalar.exactWords }

    // MARK: Maxima

    /// Notes the magnitudes of a slice's gradient and loss, in the row of the worker that has just made them.
    func note(slot: Int, in row: UnsafeMutablePointer<Int64>) {
        let gradient = UnsafePointer(state.slot(slot))
        for (tensor, range) in state.tensors.enumerated() where tensor > 0 || state.inputSlices == nil {
            row[tensor] = max(row[tensor], Scalar.largest(gradient, range: range))
        }
        let loss = Int64(bitPattern: state.losses[slot].magnitude.bitPattern)
        row[state.maxima.loss] = max(row[state.maxima.loss], loss)
    }

    /// Notes the magnitudes of W⁰'s gradients, of all slices, as far as they are in `range`.
    func note(
        _ slices: InputSlices<Scalar>, _ range: Range<Int>, in row: UnsafeMutablePointer<Int64>,
        scratch: UnsafeMutablePointer<Scalar>
    ) {
        let part = slices.range.clamped(to: range)
        if !part.isEmpty { row[0] = Scalar.largest(slices, range: part, scratch: scratch) }
    }

    /// Brings the rows of the team's workers, and what their ranks ask for, together in one.
    func gatherMaxima(workers: Int, into row: UnsafeMutablePointer<Int64>) {
        let layout = state.maxima
        row.update(repeating: 0, count: layout.count)
        for worker in 0..<workers {
            let other = state.maximaRow(worker)
            for index in 0...layout.loss { row[index] = max(row[index], other[index]) }
            let request = state.requests[worker]
            if request == Request.stop.rawValue { row[layout.stops] = 1 }
            if request == Request.failure.rawValue { row[layout.failures] = 1 }
        }
    }

    /// The first tensor that holds something that is no number; the loss counts as the last.
    func firstNotFinite(_ maxima: UnsafePointer<Int64>) -> Int? {
        for tensor in state.tensors.indices where !Scalar.magnitude(bits: maxima[tensor]).isFinite { return tensor }
        return Double.magnitude(bits: maxima[state.maxima.loss]).isFinite ? nil : state.maxima.loss
    }

    // MARK: Sums

    /// A tensor's part of a worker's range, whose gradient is still to be added up.
    struct Part {
        let range: Range<Int>
        /// None where all of the tensor is zero.
        let slotCount: Int
        /// Of the tensor's largest magnitude.
        let exponent: Int
        /// What it is made of, where it is in no slots.
        let inputSlices: InputSlices<Scalar>?
    }

    /// Calls `body` with each tensor's part of `range`: it says whether all sums are finite.
    ///
    /// - Returns: the first parameter of the first part for which they are not, if any.
    func firstMisfit(in range: Range<Int>, _ maxima: UnsafePointer<Int64>, _ body: (Part) -> Bool) -> Int? {
        var misfit: Int?
        for (tensor, place) in state.tensors.enumerated() {
            let part = place.clamped(to: range)
            guard !part.isEmpty else { continue }
            let largest = Scalar.magnitude(bits: maxima[tensor])
            let isZero = largest == 0
            let fits = body(
                Part(
                    range: part, slotCount: isZero ? 0 : state.slotCount, exponent: isZero ? 0 : Int(largest.exponent),
                    inputSlices: tensor == 0 && !isZero ? state.inputSlices : nil))
            if !fits { misfit = misfit ?? part.lowerBound }
        }
        return misfit
    }

    /// Leaves this range's words, for teams to add up.
    ///
    /// - Parameter inputRows: scratch memory for `InputSlices`.
    func exactSum(
        _ range: Range<Int>, _ maxima: UnsafePointer<Int64>, inputRows: UnsafeMutablePointer<Scalar>
    ) {
        _ = firstMisfit(in: range, maxima) { part in
            if let slices = part.inputSlices {
                Scalar.exactSum(
                    slices, range: part.range, exponent: part.exponent, words: state.words, low: low,
                    scratch: inputRows)
                return true
            }
            Scalar.exactSum(
                slots: state.slots, slotStride: state.stride, count: part.slotCount, range: part.range,
                exponent: part.exponent, words: state.words, low: low)
            return true
        }
    }

    /// The words of `range`, which the teams have added up, as numbers.
    ///
    /// - Returns: a parameter near the first whose sum is not finite, if any.
    func fromExact(
        _ range: Range<Int>, _ maxima: UnsafePointer<Int64>, into sums: UnsafeMutablePointer<Scalar>
    ) -> Int? {
        firstMisfit(in: range, maxima) { part in
            Scalar.fromExact(words: state.words, low: low, range: part.range, exponent: part.exponent, into: sums)
        }
    }

    /// The sums of `range` over the slots as numbers, by pieces whose words stay in the first-level cache; of `InputSlices` as
    /// one, for pieces would make the rows at their edges twice.
    ///
    /// - Returns: a parameter near the first whose sum is not finite, if any; those behind it are not added up then.
    func numbers(
        _ range: Range<Int>, _ maxima: UnsafePointer<Int64>, into sums: UnsafeMutablePointer<Scalar>,
        inputRows: UnsafeMutablePointer<Scalar>
    ) -> Int? {
        let sliced = state.inputSlices?.range.upperBound ?? 0
        var first = range.lowerBound
        while first < range.upperBound {
            let part = first..<min(first < sliced ? sliced : first + 512, range.upperBound)
            first = part.upperBound
            exactSum(part, maxima, inputRows: inputRows)
            if let misfit = fromExact(part, maxima, into: sums) { return misfit }
        }
        return nil
    }

    /// Adds up the slots' losses: a tensor of one element, always in two words.
    func exactLoss(_ maxima: UnsafePointer<Int64>) {
        let largest = Double.magnitude(bits: maxima[state.maxima.loss])
        Double.exactSum(
            slots: state.losses, slotStride: 1, count: largest == 0 ? 0 : state.slotCount, range: 0..<1,
            exponent: largest == 0 ? 0 : Int(largest.exponent), words: state.words + lossWord, low: 1)
    }

    /// The loss that the words stand for.
    func loss(_ maxima: UnsafePointer<Int64>) -> Double {
        let largest = Double.magnitude(bits: maxima[state.maxima.loss])
        guard largest > 0, largest.isFinite else { return 0 }
        var loss = 0.0
        _ = Double.fromExact(
            words: state.words + lossWord, low: 1, range: 0..<1, exponent: Int(largest.exponent), into: &loss)
        return loss
    }

    /// Sums this range of the gradient over the slots in floating point.
    ///
    /// - Returns: the first parameter that is not finite, if any.
    func plainSum(_ range: Range<Int>) -> Int? {
        Scalar.plainSum(
            slots: state.slots, slotStride: state.stride, count: state.slotCount, range: range, into: state.sums)
        return range.first { !state.sums[$0].isFinite }
    }

    /// Adds up the teams' sums, and the loss (plainly also the rest that is agreed on); by each team's leader.
    func addTeams(_ leaders: TeamLeaders) throws {
        switch reduction {
        case .exact:
            let words = UnsafeMutableBufferPointer(start: state.words, count: lossWord + 2)
            try leaders.allReduce(inPlace: words, operation: .sum)
        case .allreduce:
            let sums = UnsafeMutableBufferPointer(start: state.sums, count: state.parameterCount + Agreement.count)
            try leaders.allReduce(inPlace: sums, operation: .sum)
        }
    }

    /// This team's part of a number that is agreed on by floating-point sums; after `addTeams` all teams'.
    func agreed(_ what: Agreement) -> UnsafeMutablePointer<Scalar> {
        state.sums + state.parameterCount + what.rawValue
    }
}
