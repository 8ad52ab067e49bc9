import Kernels

/// A number that remembers how it was made. What a closure over `Dual<Formula>` gives is a formula, and that of its derivative.
///
/// Constants are put together at once, and what does not change a number is left out: x + 0, 1 · x, and 0 · x is 0, whatever x
/// may become.
public struct Formula: DualScalar {
    /// What is done to up to four operands.
    enum Operation: Hashable, Sendable {
        case input(Int)
        case constant(Double)
        case add, subtract, multiply, divide, squareRoot
        case function(ArrayFunction)
        case power(Double)
        /// The third where the first is below the second, or at most the second with `orEqual`; else the fourth.
        case choose(orEqual: Bool)
    }

    /// An operation with its operands, which other formulas may share.
    final class Node: Sendable {
        let operation: Operation
        let operands: [Node]

        init(_ operation: Operation, _ operands: [Node]) { (self.operation, self.operands) = (operation, operands) }
    }

    let node: Node

    /// The number's value, where it depends on no input.
    private var constant: Double? {
        guard case .constant(let value) = node.operation else { return nil }
        return value
    }

    private init(_ operation: Operation, _ operands: [Formula]) {
        let constants = operands.compactMap(\.constant)
        let isConstant = !operands.isEmpty && constants.count == operands.count
        node =
            isConstant
            ? Node(.constant(operation.value(constants)), []) : Node(operation, operands.map(\.node))
    }

    public init(_ constant: Double) { self.init(.constant(constant), []) }

    /// The number that is given as the input of this index.
    static func input(_ index: Int) -> Formula { Formula(.input(index), []) }

    public static func sum(_ a: Formula, _ b: Formula) -> Formula {
        a.constant == 0 ? b : b.constant == 0 ? a : Formula(.add, [a, b])
    }

    public static func difference(_ a: Formula, _ b: Formula) -> Formula {
        b.constant == 0 ? a : a.constant == 0 ? product(Formula(-1), b) : Formula(.subtract, [a, b])
    }

    public static func product(_ a: Formula, _ b: Formula) -> Formula {
        if a.constant == 0 || b.constant == 0 { return Formula(0) }
        return a.constant == 1 ? b : b.constant == 1 ? a : Formula(.multiply, [a, b])
    }

    public static func quotient(_ a: Formula, _ b: Formula) -> Formula {
        a.constant == 0 ? a : b.constant == 1 ? a : Formula(.divide, [a, b])
    }

    public func squareRoot() -> Formula { Formula(.squareRoot, [self]) }

    public static func power(_ x: Formula, _ y: Double) -> Formula {
        y == 0 ? Formula(1) : y == 1 ? x : Formula(.power(y), [x])
    }

    public static func map(_ function: ArrayFunction, _ x: Formula) -> Formula { Formula(.function(function), [x]) }

    public static func choose(
        _ yes: Formula, where a: Formula, isBelow b: Formula, orEqual: Bool, else no: Formula
    ) -> Formula {
        Formula(.choose(orEqual: orEqual), [a, b, yes, no])
    }
}

extension Formula.Operation {
    /// In Double, of as many operands as there are.
    func value(_ x: [Double]) -> Double {
        switch self {
        case .input: preconditionFailure("an input is given")
        case .constant(let value): value
        case .add: x[0] + x[1]
        case .subtract: x[0] - x[1]
        case .multiply: x[0] * x[1]
        case .divide: x[0] / x[1]
        case .squareRoot: x[0].squareRoot()
        case .function(let function): Double.map(function, x[0])
        case .power(let y): Double.power(x[0], y)
        case .choose(let orEqual): Double.choose(x[2], where: x[0], isBelow: x[1], orEqual: orEqual, else: x[3])
        }
    }
}
