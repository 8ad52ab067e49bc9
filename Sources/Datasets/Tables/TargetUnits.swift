import Kernels

/// How outputs of a network are numbers of a table, and back: y = t · scale + shift, or the exponential of that.
///
/// Kept with the network, so that what is predicted and how far it is off is said in the table's own units.
public struct TargetUnits: Sendable, Equatable {
    public let outputs: [Output]

    public init(_ outputs: [Output]) { self.outputs = outputs }

    /// What one output stands for.
    public struct Output: Sendable, Equatable, Codable {
        /// Of the column.
        public let name: String
        public let shift: Double
        /// Not 0.
        public let scale: Double
        /// Whether shift and scale are of the logarithms.
        public let isLog: Bool

        private enum CodingKeys: String, CodingKey {
            case name, shift, scale
            case isLog = "log"
        }

        public init(name: String, shift: Double, scale: Double, isLog: Bool) {
            (self.name, self.shift, self.scale, self.isLog) = (name, shift, scale, isLog)
        }

        /// What the output `t` means, in the column's units.
        public func value(_ t: Double) -> Double {
            let plain = t * scale + shift
            return isLog ? Functions.exp(plain) : plain
        }

        /// The output that means `y`.
        ///
        /// - Precondition: `y` is above 0 where these are logarithms.
        public func output(_ y: Double) -> Double { ((isLog ? Functions.log(y) : y) - shift) / scale }

        /// The derivative of `value` by `t`.
        public func slope(_ t: Double) -> Double { isLog ? scale * value(t) : scale }
    }

    /// The outputs of any number of samples, [N, n_L] row-major, in the columns' units.
    ///
    /// - Precondition: whole rows.
    public func values(_ outputs: [Double]) -> [Double] {
        precondition(outputs.count.isMultiple(of: self.outputs.count), "whole rows")
        return outputs.indices.map { self.outputs[$0 % self.outputs.count].value(outputs[$0]) }
    }
}
