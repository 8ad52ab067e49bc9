import Kernels

/// What makes new individuals of old ones: each a function of the draws and its operands, element by element, so that
/// any cut into ranges gives the same bits.
enum GeneticOperators {
    /// Uniform crossover and mutation: each weight of the child is the first parent's with the chance `crossover`, else
    /// the second's; with the chance `mutation` a normal deviate times `scale` is added.
    ///
    /// - Precondition: `range` starts at an even number.
    /// - Complexity: a Philox block for two weights, about 20 ns.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func cross<Scalar: Real>(
        _ first: UnsafePointer<Scalar>, _ second: UnsafePointer<Scalar>, into child: UnsafeMutablePointer<Scalar>,
        range: Range<Int>, number: Int, draws: RoundDraws, crossover: Double, mutation: Double, scale: Double
    ) {
        func make(_ weight: Int, _ parent: UInt32, _ change: UInt32) {
            var value = RoundDraws.uniform(parent) < crossover ? first[weight] : second[weight]
            if RoundDraws.uniform(change) < mutation {
                value += Scalar(scale * draws.mutation(child: number, weight: weight))
            }
            child[weight] = value
        }
        for weight in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            let words = draws.choices(child: number, index: weight / 2)
            make(weight, words.x, words.y)
            if weight + 1 < range.upperBound { make(weight + 1, words.z, words.w) }
        }
    }

    /// The places in the order that roulette gives them: ascending by loss × luck, luck being uniform in [0, 1).
    static func roulette(losses: [Double], draws: RoundDraws) -> [Int] {
        let keys = losses.indices.map { losses[$0] * draws.luck(place: $0) }
        return losses.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// A mirrored pair of candidates: mean ± deviation · normal deviate.
    ///
    /// - Precondition: `range` starts at a multiple of four.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func sample<Scalar: Real>(
        mean: UnsafePointer<Scalar>, deviation: UnsafePointer<Scalar>, into plus: UnsafeMutablePointer<Scalar>,
        _ minus: UnsafeMutablePointer<Scalar>, range: Range<Int>, pair: Int, draws: RoundDraws
    ) {
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
            let normals = draws.normals(pair: pair, index: first / 4)
            for lane in 0..<min(4, range.upperBound - first) {
                let step = deviation[first + lane] * Scalar(normals[lane])
                plus[first + lane] = mean[first + lane] + step
                minus[first + lane] = mean[first + lane] - step
            }
        }
    }

    /// What each candidate counts by its rank, the best first: max(0, ln(λ/2 + 1) − ln rank), brought to the sum 1, less
    /// 1/λ, so that they add up to nothing.
    static func utilities(_ count: Int) -> [Double] {
        let raw = (1...count).map { max(0, Functions.log(Double(count) / 2 + 1) - Functions.log(Double($0))) }
        let sum = raw.reduce(0, +)
        return raw.map { $0 / sum - 1 / Double(count) }
    }

    /// One natural-gradient step of the separable normal distribution, rates 1 and (3 + ln d)/(5√d) as published:
    ///
    ///     mean += Σ u_i (x_i − mean),   deviation *= exp(rate/2 · Σ u_i (((x_i − mean)/deviation)² − 1))
    ///
    /// - Parameters:
    ///   - candidates: the x_i.
    ///   - utilities: the u_i, in the order of the candidates; they add up to nothing.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func follow<Scalar: Real>(
        candidates: [UnsafePointer<Scalar>], utilities: [Double], mean: UnsafeMutablePointer<Scalar>,
        deviation: UnsafeMutablePointer<Scalar>, range: Range<Int>, deviationRate: Double
    ) {
        for weight in range {
            let (center, width) = (Double(mean[weight]), Double(deviation[weight]))
            var (shift, stretch) = (0.0, 0.0)
            for index in candidates.indices {
                let step = Double(candidates[index][weight]) - center
                shift += utilities[index] * step
                stretch += utilities[index] * step * step
            }
            mean[weight] = Scalar(center + shift)
            deviation[weight] = Scalar(width * Functions.exp(deviationRate / 2 * stretch / (width * width)))
        }
    }

    /// The published rate of the deviations for d weights.
    static func deviationRate(_ weights: Int) -> Double {
        (3 + Functions.log(Double(weights))) / (5 * Double(weights).squareRoot())
    }
}
