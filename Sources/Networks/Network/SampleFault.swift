extension SampleValues {
    /// Why a network of these sizes has no use for these samples: the first thing that does not fit, with its place; nil where
    /// all does.
    ///
    /// - Parameter limit: the largest number of the run's precision.
    public func fault(for network: Network, target: Target, limit: Double) -> String? {
        let topology = network.topology
        guard count > 0 else { return "\(name): there are none" }
        guard columns == topology.inputCount else {
            return "\(name) have \(columns) \(unit), the network \(topology) expects \(topology.inputCount)"
        }
        if case .sparse = inputs, target == .inputs {
            return "\(name): sparse rows cannot be what a network's outputs are to be"
        }
        if let fault = inputFault(limit: limit) ?? weightFault { return fault }
        switch target {
        case .inputs:
            guard case .numbers(let numbers) = inputs else { return nil }
            return rangeFault(in: numbers, columns, network.head, words(ofInput:atPlace:_:))
        case .labels: return labelFault(outputs: topology.outputCount)
        case .numbers:
            guard let targets, targetColumns == topology.outputCount else {
                return
                    "\(targetsName): there are \(targetColumns) numbers for each sample, the network \(topology) has "
                    + "outputs for \(topology.outputCount)"
            }
            return fault(in: targets, targetColumns, limit, words(ofTarget:atPlace:_:))
                ?? rangeFault(in: targets, targetColumns, network.head, words(ofTarget:atPlace:_:))
        }
    }

    /// The first input that is no finite number of a precision, with its place; nil where all are.
    ///
    /// - Parameter limit: the precision's largest number.
    public func inputFault(limit: Double) -> String? {
        switch inputs {
        case .bytes: nil
        case .numbers(let numbers): fault(in: numbers, columns, limit, words(ofInput:atPlace:_:))
        case .sparse(let rows): fault(in: rows, limit)
        }
    }

    private var weightFault: String? {
        let range = Self.weightRange
        if let index = weights.firstIndex(where: { $0 != 0 && !range.contains($0) }) {
            return
                "\(weightsName): row \(row(atPlace: index)) is \(weights[index]); expected a weight, 0 or from \(range.lowerBound) to "
                + "\(range.upperBound)"
        }
        guard !weights.isEmpty, weights.allSatisfy({ $0 == 0 }) else { return nil }
        return "\(weightsName): every row's weight is 0; expected one that is more"
    }

    private var unit: String { if case .bytes = inputs { "pixels" } else { "numbers" } }

    private func labelFault(outputs: Int) -> String? {
        guard let index = labels.firstIndex(where: { $0 >= outputs }) else { return nil }
        return
            "\(targetsName): label \(row(atPlace: index)) is \(labels[index]), the largest is \(labels.max() ?? 0); "
            + "the network has outputs for 0 to \(outputs - 1)"
    }

    /// Where a number stands and what it is, by its column and its row's place in the arrays.
    private typealias Place = (_ column: Int, _ place: Int, _ number: Double) -> String

    private func fault(in numbers: Numbers, _ columns: Int, _ limit: Double, _ words: Place) -> String? {
        numbers.first(outside: -limit...limit).map { index, value in
            words(index % columns, index / columns, value) + Self.expected(limit, not: value)
        }
    }

    private func fault(in rows: Sparse, _ limit: Double) -> String? {
        guard let entry = rows.kept.first(where: { !(abs(rows.numbers[$0]) <= limit) }) else { return nil }
        let place = rows.starts.firstIndex { $0 > entry }! - 1
        return words(ofInput: Int(rows.places[entry]), atPlace: place, rows.numbers[entry])
            + Self.expected(limit, not: rows.numbers[entry])
    }

    private static func expected(_ limit: Double, not value: Double) -> String {
        "; expected numbers up to \(limit) either way"
            + (value.isFinite ? " (--precision float64 takes larger ones)" : "")
    }

    /// As of a loss that takes numbers of a range alone.
    private func rangeFault(in numbers: Numbers, _ columns: Int, _ head: Head, _ words: Place) -> String? {
        let range = head.form.range
        return numbers.first(outside: range).map { index, value in
            words(index % columns, index / columns, value)
                + "; loss \(head.loss) with output \(head.activation) expects targets from \(range.lowerBound)"
                + (range.upperBound.isFinite ? " to \(range.upperBound)" : "")
        }
    }
}
