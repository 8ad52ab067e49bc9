import Kernels

/// By how much outputs miss the numbers that are asked for: of a block of samples, added up in their order.
///
/// In memory, for each output q: Σ|e| and Σe²; then the largest |e| of all, and the sample that it is of.
struct OutputErrors {
    let outputs: Int
    private let base: UnsafeMutablePointer<Double>

    /// Numbers of a block.
    static func width(outputs: Int) -> Int { 2 * outputs + 2 }

    /// - Precondition: `width` zeros.
    init(outputs: Int, at base: UnsafeMutablePointer<Double>) { (self.outputs, self.base) = (outputs, base) }

    func absolute(_ output: Int) -> Double { base[2 * output] }
    func squared(_ output: Int) -> Double { base[2 * output + 1] }
    var largest: (error: Double, sample: Int) { (base[2 * outputs], Int(base[2 * outputs + 1])) }

    /// Notes an output's error.
    func note(_ error: Double, output: Int, sample: UInt32) {
        let size = abs(error)
        base[2 * output] += size
        base[2 * output + 1] += error * error
        if size > base[2 * outputs] {
            (base[2 * outputs], base[2 * outputs + 1]) = (size, Double(sample))
        }
    }
}

extension SetScore {
    /// Puts in what errors come to, blocks added in their order; what is beyond the largest number is left out.
    ///
    /// - Parameters:
    ///   - spread: of each output, Σ(t - mean)² of what is asked for.
    ///   - count: samples.
    mutating func add(_ blocks: [OutputErrors], spread: [Double], count: Int) {
        func total(_ value: (OutputErrors) -> Double) -> Double { blocks.reduce(0) { $0 + value($1) } }
        func mean(_ values: [Double]) -> Double? {
            let mean = values.reduce(0, +) / Double(values.count)
            return mean.isFinite ? mean : nil
        }
        let squares = spread.indices.map { output in total { $0.squared(output) } }
        mae = mean(spread.indices.map { output in total { $0.absolute(output) } / Double(count) })
        rmse = mean(squares.map { ($0 / Double(count)).squareRoot() })
        // Of one sample nothing is explained.
        r2 = count < 2 ? nil : mean(zip(squares, spread).map { $1 > 0 ? 1 - $0 / $1 : $0 > 0 ? 0 : 1 })
        let largest = blocks.map(\.largest).reduce((error: -1, sample: 0)) { $1.error > $0.error ? $1 : $0 }
        guard largest.error >= 0, largest.error.isFinite else { return }
        (largestError, largestErrorRow) = (largest.error, largest.sample)
    }
}
