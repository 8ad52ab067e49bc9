/// How many samples of each class were taken for which, as one worker noted it, or all of them.
///
/// In memory, for each class: its samples, those taken for it, and those of them that are; then, where classes are few, the
/// confusion matrix.
struct ClassCounts {
    let classes: Int
    private let base: UnsafeMutablePointer<Int64>

    /// More are not listed one by one.
    static var mostListed: Int { 20 }

    /// Numbers in memory.
    static func width(classes: Int) -> Int { 3 * classes + (classes <= mostListed ? classes * classes : 0) }

    /// - Precondition: `width` numbers, zeros before the first is noted.
    init(classes: Int, at base: UnsafeMutablePointer<Int64>) { (self.classes, self.base) = (classes, base) }

    var buffer: UnsafeMutableBufferPointer<Int64> {
        UnsafeMutableBufferPointer(start: base, count: Self.width(classes: classes))
    }

    /// Notes a sample of `label` that was taken for `answer`.
    func note(label: Int, answer: Int) {
        base[3 * label] += 1
        base[3 * answer + 1] += 1
        if label == answer { base[3 * label + 2] += 1 }
        if classes <= Self.mostListed { base[3 * classes + label * classes + answer] += 1 }
    }

    func add(_ other: ClassCounts) {
        for index in buffer.indices { base[index] += other.base[index] }
    }

    func score(_ number: Int, name: String) -> ClassScore {
        let counts = (0..<3).map { Int(base[3 * number + $0]) }
        return ClassScore(name: name, count: counts[0], taken: counts[1], right: counts[2])
    }

    /// nil where there are many classes.
    var matrix: [[Int]]? {
        guard classes <= Self.mostListed else { return nil }
        return (0..<classes).map { row in (0..<classes).map { Int(base[3 * classes + row * classes + $0]) } }
    }

    /// Whether there is a sample of the class, or one was taken for it.
    func occurs(_ number: Int) -> Bool { base[3 * number] + base[3 * number + 1] > 0 }
}

extension SetScore {
    /// Puts in what counts come to.
    ///
    /// - Parameter names: of the classes; nil for their numbers.
    mutating func add(_ counts: ClassCounts, names: [String]?) {
        let scores = (0..<counts.classes).map { counts.score($0, name: names?[$0] ?? "\($0)") }
        let occurring = scores.indices.filter(counts.occurs)
        f1 = occurring.isEmpty ? nil : occurring.reduce(0) { $0 + scores[$1].f1 } / Double(occurring.count)
        confusionMatrix = counts.matrix
        byClass = counts.matrix.map { _ in scores }
    }
}
