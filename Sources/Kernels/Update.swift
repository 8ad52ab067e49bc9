import CKernels

/// What an optimiser does to each parameter in one step: its arithmetic, and constants that are the same for all.
///
/// Letters: g the parameter's gradient, w its weight; what else stands on the left is the optimiser's state, a vector each.
/// Constants are rounded to the kernel's precision; no operation but those that are written is rounded, or fused. A state that
/// is subnormal becomes zero.
public struct Update: Sendable {
    private(set) var raw: ck_update

    private init(
        _ kind: ck_update_kind, _ a: Double, _ b: Double, _ c: Double = 0, _ d: Double = 0, _ e: Double = 0,
        _ f: Double = 0
    ) {
        raw = ck_update(kind: kind, constants: (a, b, c, d, e, f), scale: 1, decay: 0, shrink: 0)
    }

    /// v ← momentum·v − rate·g;  w ← w + v.
    public static func momentum(rate: Double, momentum: Double) -> Update {
        Update(ck_update_momentum, rate, momentum)
    }

    /// v ← momentum·v − rate·g;  w ← w + momentum·v − rate·g.
    public static func nesterov(rate: Double, momentum: Double) -> Update {
        Update(ck_update_nesterov, rate, momentum)
    }

    /// m ← m + (1 − β₁)(g − m);  v ← β₂v + (1 − β₂)g²;  w ← w − size·m / (scale·√v + ε).
    ///
    /// v sees no g below 2^-48 in float32, 2^-106 in float64.
    public static func adam(beta1: Double, beta2: Double, size: Double, scale: Double, epsilon: Double) -> Update {
        Update(ck_update_adam, 1 - beta1, beta2, 1 - beta2, size, scale, epsilon)
    }

    // MARK: Before the step

    /// This update with scale·g in place of the gradient g, before anything else is done to that.
    public func scaling(by scale: Double) -> Update {
        var other = self
        other.raw.scale = scale
        return other
    }

    /// This update with g + decay·w in place of the gradient g: weight decay as L2 has it.
    public func adding(decay: Double) -> Update {
        var other = self
        other.raw.decay = decay
        return other
    }

    /// This update after w ← w − part·w: weight decay that the gradient does not see.
    public func shrinkingWeights(by part: Double) -> Update {
        var other = self
        other.raw.shrink = part
        return other
    }
}
