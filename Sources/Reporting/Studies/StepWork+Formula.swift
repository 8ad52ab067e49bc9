extension StepWork {
    /// What a step takes, by the model's parameters.
    var formula: String {
        switch self {
        case .gradient: "step     = compute + sum + barriers + network\n" + Self.gradientTerms
        case .search: "step     = t · (compute + sum + barriers + network)\n" + Self.gradientTerms
        case .curvature:
            """
            step     = compute + factor + pivots + sum + barriers + network
            compute  = ⌈B/256/n⌉·256/w · (sample + contention · (w - 1))
            factor   = t · P³/3 / w · factor
            pivots   = t · (768·P + 4·P²) · pivot
            sum      = (1+t) · P/w · (S/n + 4) · word
            barriers = ((1+t) · (2 if n = 1, else 5) + t · 3·⌈P/48⌉) · log2 w · barrier
            network  = (5+3t)·⌈log2 n⌉ · alpha + 2·(n-1)/n · ((1+t)·M + 4·P²) · (beta + wire · 8/link rate)
            """
        }
    }

    private static let gradientTerms = """
        compute  = ⌈S/W⌉ · (B/S · (sample + contention · (w - 1)) + P · slice)
        sum      = P/w · (S/n + 4) · word
        barriers = (2 if n = 1, else 5) · log2 w · barrier
        network  = 3·⌈log2 n⌉ · alpha + 2·(n-1)/n · M · (beta + wire · 8/link rate)
        """

    /// What of it needs to be said beside what all have.
    var legend: String {
        switch self {
        case .gradient: ""
        case .search: "; t gradients a step"
        case .curvature: "; t steps that are tried; pieces of J of 256 rows"
        }
    }
}
