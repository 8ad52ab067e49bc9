/// Which samples a worker used in an epoch: how many, and a sum that says which.
///
/// Added up over all workers it must be that of every sample once. Two wrongs cancel out with probability 2^-64.
struct Accounting: Equatable, Sendable {
    var count: Int64 = 0
    var sum: UInt64 = 0

    /// Notes one sample: its number, mixed by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    mutating func note(_ sample: UInt32) {
        var mixed = (UInt64(sample) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        count += 1
        sum &+= mixed ^ mixed >> 31
    }

    static func of(_ samples: some Sequence<UInt32>) -> Accounting {
        var all = Accounting()
        for sample in samples { all.note(sample) }
        return all
    }

    static func - (a: Accounting, b: Accounting) -> Accounting {
        Accounting(count: a.count - b.count, sum: a.sum &- b.sum)
    }
}
