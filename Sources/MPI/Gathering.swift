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

    /// Returns the elements of each rank, in the order of ranks, at every rank; each rank may give another number of them.
    ///
    /// - Precondition: all ranks together give fewer than 2³¹ bytes.
    public func allGather<Element: Datatype>(_ elements: [Element]) throws -> [[Element]] {
        try gather(elements, root: nil)
    }

    /// Returns the elements of each rank, in the order of ranks, at rank `root`, and nothing at the others.
    ///
    /// - Precondition: all ranks together give fewer than 2³¹ bytes.
    public func gather<Element: Datatype>(_ elements: [Element], root: Int) throws -> [[Element]] {
        try gather(elements, root: Optional(root))
    }

    /// Returns the string of each rank, in the order of ranks, at every rank.
    public func allGatherStrings(_ string: String) throws -> [String] {
        try allGather(Array(string.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func gather<Element: Datatype>(_ elements: [Element], root: Int?) throws -> [[Element]] {
        guard let messages else { return [elements] }
        let width = MemoryLayout<Element>.stride
        let counts = try allGather(Int64(elements.count)).map(Int.init)
        var ends: [Int] = []
        for count in counts { ends.append((ends.last ?? 0) + count) }
        precondition(
            ends.last! * width <= Int(Int32.max), "MPI gathers fewer than 2³¹ bytes, not \(ends.last! * width)")
        let offsets = zip(ends, counts).map { Int32(($0 - $1) * width) }
        let receives = root == nil || root == rank
        let count = receives ? ends.last! : 0
        let gathered = try [Element](unsafeUninitializedCapacity: count) { all, initialized in
            try elements.withUnsafeBytes { mine in
                try messages.gather(
                    mine.baseAddress, into: UnsafeMutableRawPointer(all.baseAddress),
                    counts: counts.map { Int32($0 * width) }, offsets: offsets, root: root.map(Int32.init))
            }
            initialized = count
        }
        return receives ? zip(ends, counts).map { Array(gathered[$0 - $1..<$0]) } : []
    }
}
