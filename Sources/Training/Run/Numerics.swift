import Storage

/// How this program computes, as far as bits show it.
public enum Numerics {
    /// Goes up with any change after which some run has other weights or figures than before. Recorded with every run and
    /// every hash: two runs can have the same bits only where this is the same. Tests/Golden/hashes.txt holds hashes that
    /// change with this number alone.
    ///
    /// 1: products by OpenBLAS, functions by the system's mathematics library, exact sums between ±128.
    /// 2: products and functions of our own, the same on any CPU; exact sums free of scale.
    /// 3: numbers too small to tell are zero (Docs/performance.md), which may break ties of roundings.
    public static let version = 3
}

extension RunFolder.Record {
    /// - Throws: `.badData` where the run in `path` was computed otherwise than this program would go on.
    func requireOwnNumerics(_ path: String) throws {
        let other = numerics ?? 1
        guard other != Numerics.version else { return }
        throw Failure(
            .badData,
            "\(path)/config.json: the run is of numerics \(other), this program computes by numerics \(Numerics.version): "
                + "it would go on with other bits; evaluate, predict and report read it")
    }
}
