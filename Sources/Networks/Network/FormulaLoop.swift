import Kernels

/// A function's value and derivative for arrays of numbers: a step of its formulas at a time, over blocks that stay in a first-level
/// cache.
///
/// Each number's bits are its own: neither its place, nor blocks, nor CPU show.
/// Measured against closures over SIMD vectors, whose exponentials are calls of 16 numbers: Docs/own-functions.md.
final class FormulaLoop<Scalar: Real> {
    /// Bytes that a step reads or writes of each operand.
    private static var blockBytes: Int { 2048 }
    private static var block: Int { blockBytes / MemoryLayout<Scalar>.stride }

    private struct Step {
        var operation: Formula.Operation
        /// Registers; those that the operation does not have are 0.
        var operands: (Int, Int, Int, Int)
        var result: Int
    }

    private let steps: [Step]
    /// The registers of value and derivative.
    private let results: (value: Int, derivative: Int)
    private let memory: ScratchMemory<Scalar>
    /// Where the registers are: inputs where they lie, of which there are two at most; the others in `memory`.
    private let registers: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>

    init(_ formulas: FormulaSteps) {
        let plan = RegisterPlan(formulas)
        memory = ScratchMemory(count: plan.count * Self.block)
        registers = .allocate(capacity: plan.count)
        for register in 0..<plan.count { (registers + register).initialize(to: memory.base + register * Self.block) }
        results = (plan.register[formulas.results[0]], plan.register[formulas.results[1]])
        var steps: [Step] = []
        for (index, step) in formulas.steps.enumerated() {
            let result = plan.register[index]
            switch step.operation {
            case .input: break
            case .constant(let value): registers[result].update(repeating: Scalar(value), count: Self.block)
            default:
                let operands = step.operands.map { plan.register[$0] } + [0, 0, 0]
                steps.append(
                    Step(
                        operation: step.operation, operands: (operands[0], operands[1], operands[2], operands[3]),
                        result: result))
            }
        }
        self.steps = steps
    }

    deinit { registers.deallocate() }

    /// The function of `count` numbers, and its derivative by the first; in place allowed.
    ///
    /// - Parameters:
    ///   - count: a multiple of `sampleGroup`.
    ///   - second: where the function has one.
    func run(
        _ first: UnsafeMutablePointer<Scalar>, _ second: UnsafeMutablePointer<Scalar>? = nil, count: Int,
        value: UnsafeMutablePointer<Scalar>, derivative: UnsafeMutablePointer<Scalar>
    ) {
        for start in stride(from: 0, to: count, by: Self.block) {
            let length = min(Self.block, count - start)
            registers[0] = first + start
            if let second { registers[1] = second + start }
            for step in steps { take(step, length) }
            (value + start).update(from: registers[results.value], count: length)
            (derivative + start).update(from: registers[results.derivative], count: length)
        }
    }

    @inline(__always)
    private func take(_ step: Step, _ count: Int) {
        let (a, b) = (registers[step.operands.0], registers[step.operands.1])
        let out = registers[step.result]
        switch step.operation {
        case .input, .constant: break
        case .add: for e in 0..<count { out[e] = a[e] + b[e] }
        case .subtract: for e in 0..<count { out[e] = a[e] - b[e] }
        case .multiply: for e in 0..<count { out[e] = a[e] * b[e] }
        case .divide: for e in 0..<count { out[e] = a[e] / b[e] }
        case .squareRoot: for e in 0..<count { out[e] = a[e].squareRoot() }
        case .function(let function): Scalar.map(function, a, count: count, into: out)
        case .power(let y): for e in 0..<count { out[e] = Scalar(Functions.pow(Double(a[e]), y)) }
        case .choose(let orEqual):
            let (yes, no) = (registers[step.operands.2], registers[step.operands.3])
            if orEqual {
                for e in 0..<count { out[e] = a[e] <= b[e] ? yes[e] : no[e] }
            } else {
                for e in 0..<count { out[e] = a[e] < b[e] ? yes[e] : no[e] }
            }
        }
    }
}

/// A register for each step, used again when what it held is needed no more. No step writes over its own operands: then the
/// compiler's loops are over vectors.
private struct RegisterPlan {
    /// By step.
    private(set) var register: [Int] = []
    private(set) var count = 2

    init(_ formulas: FormulaSteps) {
        var lastUse = [Int](repeating: -1, count: formulas.steps.count)
        for (index, step) in formulas.steps.enumerated() {
            for operand in step.operands { lastUse[operand] = index }
        }
        for result in formulas.results { lastUse[result] = .max }
        var free: [Int] = []
        for (index, step) in formulas.steps.enumerated() {
            switch step.operation {
            // They stay.
            case .input(let number):
                register.append(number)
                continue
            case .constant:
                register.append(count)
                count += 1
                continue
            default: break
            }
            if let used = free.popLast() {
                register.append(used)
            } else {
                register.append(count)
                count += 1
            }
            for operand in Set(step.operands) where lastUse[operand] == index && formulas.steps[operand].isComputed {
                free.append(register[operand])
            }
        }
    }
}

extension FormulaSteps.Step {
    /// Whether its number is made anew for each block.
    fileprivate var isComputed: Bool {
        switch operation {
        case .input, .constant: false
        default: true
        }
    }
}
