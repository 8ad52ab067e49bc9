/// Formulas as steps of which each comes after what it needs; what several need is a step once.
struct FormulaSteps: Sendable {
    struct Step: Hashable, Sendable {
        let operation: Formula.Operation
        /// Indices of earlier steps.
        let operands: [Int]
    }

    let steps: [Step]
    /// The steps that give the formulas' values.
    let results: [Int]

    init(_ formulas: [Formula]) {
        var steps: [Step] = []
        var places: [Step: Int] = [:]
        var visited: [ObjectIdentifier: Int] = [:]
        func place(_ node: Formula.Node) -> Int {
            if let place = visited[ObjectIdentifier(node)] { return place }
            let step = Step(operation: node.operation, operands: node.operands.map(place))
            let place = places[step] ?? steps.count
            if place == steps.count { steps.append(step) }
            places[step] = place
            visited[ObjectIdentifier(node)] = place
            return place
        }
        results = formulas.map { place($0.node) }
        self.steps = steps
    }

    /// A function's value and derivative by its first input, of which the closure makes a formula.
    init(inputs: Int, _ function: ([Dual<Formula>]) -> Dual<Formula>) {
        let numbers = (0..<inputs).map { index in
            Dual(value: Formula.input(index), derivative: Formula(index == 0 ? 1 : 0))
        }
        let result = function(numbers)
        self.init([result.value, result.derivative])
    }

    /// The results in Double, written out: the reference for the loops.
    func values(_ inputs: [Double]) -> [Double] {
        let all = evaluated(inputs)
        return results.map { all[$0] }
    }

    /// Whether the first of each choice's alternatives is taken: inputs that differ here are on different pieces of the function.
    func pieces(_ inputs: [Double]) -> [Int] {
        let all = evaluated(inputs)
        return steps.compactMap { step in
            guard case .choose(let orEqual) = step.operation else { return nil }
            let (a, b) = (all[step.operands[0]], all[step.operands[1]])
            return a < b || orEqual && a == b ? 1 : 0
        }
    }

    private func evaluated(_ inputs: [Double]) -> [Double] {
        var all: [Double] = []
        for step in steps {
            if case .input(let index) = step.operation {
                all.append(inputs[index])
            } else {
                all.append(step.operation.value(step.operands.map { all[$0] }))
            }
        }
        return all
    }
}

/// A step after the other, by what is done to which of those before: `input 0; exp 0; multiply 0 1`.
extension FormulaSteps: CustomStringConvertible {
    var description: String {
        (steps.map { ["\($0.operation)"] + $0.operands.map(String.init) } + [["results"] + results.map(String.init)])
            .map { $0.joined(separator: " ") }.joined(separator: ", ")
    }
}
