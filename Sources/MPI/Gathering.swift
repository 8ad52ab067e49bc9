extension Communicator {
    /// Returns the value of each rank, in the order of ranks, at every rank.
    public func allGather<Element: Datatype>(_ value: Element) throws -> [Element] {
        var gathered = [Element](repeating: value, count: size)
        guard let messages else { return gathered }
        try gathered.withUnsafeMutableBytes { all in
            try withUnsafeBytes(of: value) { bytes in
                try messages.allGather(bytes.baseAddress!, byteCount: Int32(bytes.count), into: all.baseAddress!)
            }
        }
        return gathered
    }

    /// Returns the bytes of each rank, in the order of ranks, at every rank; each rank may give another number of them.
    ///
    /// - Precondition: all ranks together give fewer than 2³¹ bytes.
    public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        try gather(bytes, root: nil)
    }

    /// Returns the bytes of each rank, in the order of ranks, at rank `root`, and nothing at the others.
    ///
    /// - Precondition: all ranks together give fewer than 2³¹ bytes.
    public func gather(_ bytes: [UInt8], root: Int) throws -> [[UInt8]] {
        try gather(bytes, root: Optional(root))
    }

    /// Returns the string of each rank, in the order of ranks, at every rank.
    public func allGatherStrings(_ string: String) throws -> [String] {
        try allGather(Array(string.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func gather(_ bytes: [UInt8], root: Int?) throws -> [[UInt8]] {
        guard let messages else { return [bytes] }
        let counts = try allGather(Int64(bytes.count)).map(Int.init)
        var ends: [Int] = []
        for count in counts { ends.append((ends.last ?? 0) + count) }
        precondition(ends.last! <= Int(Int32.max), "MPI gathers fewer than 2³¹ bytes, not \(ends.last!)")
        let offsets = zip(ends, counts).map { Int32($0 - $1) }
        let receives = root == nil || root == rank
        var gathered = [UInt8](repeating: 0, count: receives ? ends.last! : 0)
        try gathered.withUnsafeMutableBytes { all in
            try bytes.withUnsafeBytes { mine in
                try messages.gather(
                    mine.baseAddress, into: all.baseAddress, counts: counts.map(Int32.init), offsets: offsets,
                    root: root.map(Int32.init))
            }
        }
        return receives ? zip(ends, counts).map { Array(gathered[$0 - $1..<$0]) } : []
    }
}
