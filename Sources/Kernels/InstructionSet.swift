import CKernels

/// The instructions that the kernels use on this CPU: what makes them fast, never what they give.
public enum InstructionSet: String, Sendable {
    case avx512 = "AVX-512"
    case avx2 = "AVX2"
    case neon = "NEON"
    /// x86-64 without fused multiply-adds, each of which is then a function's work.
    case baseline = "SSE2"

    /// What the loader chose.
    public static var current: InstructionSet { InstructionSet(rawValue: String(cString: ck_instruction_set()))! }

    /// Why runs are slow here, or nil.
    public static var warning: String? {
        guard current == .baseline else { return nil }
        return
            "this CPU has no fused multiply-adds (FMA, AVX2): results are the same as anywhere, but a network's products "
            + "take some hundred times as long"
    }
}
