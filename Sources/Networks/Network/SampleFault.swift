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
        if case .numbers(let numbers) = inputs, let fault = fault(in: numbers, columns, name, limit) { return fault }
        if case .sparse(let rows) = inputs, let fault = fault(in: rows, target, limit) { return fault }
        if let fault = weightFault { return fault }
        switch target {
        case .inputs:
            guard case .numbers(let numbers) = inputs else { return nil }
            return targetFault(in: numbers, columns, name, network.head)
        case .labels: return labelFault(outputs: topology.outputCount)
        case .numbers:
            guard let targets, targetColumns == topology.outputCount else {
                return
                    "\(targetsName): there are \(targetColumns) numbers for each sample, the network \(topology) has "
                    + "outputs for \(topology.outputCount)"
            }
            return fault(in: targets, targetColumns, targetsName, limit)
                ?? targetFault(in: targets, targetColumns, targetsName, network.head)
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
        return "\(weightsName): the weights of all \(count) rows are 0; expected one that is more"
    }

    private var unit: String { if case .bytes = inputs { "pixels" } else { "numbers" } }

    private func labelFault(outputs: Int) -> String? {
        guard let index = labels.firstIndex(where: { $0 >= outputs }) else { return nil }
        return
            "\(targetsName): label \(row(atPlace: index)) is \(labels[index]), the largest is \(labels.max() ?? 0); "
            + "the network has outputs for 0 to \(outputs - 1)"
    }

    private func fault(in numbers: Numbers, _ columns: Int, _ name: String, _ limit: Double) -> String? {
        numbers.first(outside: -limit...limit).map { index, value in
            "\(name): row \(row(atPlace: index / columns)), column \(index % columns) is \(value); expected numbers up to \(limit) either way"
        }
    }

    private func fault(in rows: Sparse, _ target: Target, _ limit: Double) -> String? {
        if target == .inputs { return "\(name): sparse rows cannot be what a network's outputs are to be" }
        let kept = rows.kept
        guard let entry = kept.first(where: { !(abs(rows.numbers[$0]) <= limit) }) else { return nil }
        let place = rows.starts.firstIndex { $0 > entry }! - 1
        return
            "\(name): row \(row(atPlace: place)), column \(rows.places[entry]) is \(rows.numbers[entry]); expected numbers up to \(limit) "
            + "either way"
    }

    /// As of a loss that takes numbers of a range alone.
    private func targetFault(in numbers: Numbers, _ columns: Int, _ name: String, _ head: Head) -> String? {
        let range = head.form.range
        return numbers.first(outside: range).map { index, value in
            "\(name): row \(row(atPlace: index / columns)), column \(index % columns) is \(value); loss \(head.loss) with output \(head.activation) "
                + "expects targets from \(range.lowerBound)"
                + (range.upperBound.isFinite ? " to \(range.upperBound)" : "")
        }
    }
}
