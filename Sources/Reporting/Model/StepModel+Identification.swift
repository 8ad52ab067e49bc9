extension StepModel {
    /// What the points say of a parameter.
    enum Standing: Equatable {
        case identified
        /// Known, but not by measuring.
        case given
        case notIdentified(why: String)
        case notMeasured

        /// As in model.json.
        var name: String {
            switch self {
            case .identified: "identified"
            case .given: "given"
            case .notIdentified: "not identified"
            case .notMeasured: "not measured"
            }
        }

        var why: String? {
            if case .notIdentified(let why) = self { why } else { nil }
        }
    }

    /// The widest interval, to either side and relative to the value, of a parameter that counts as identified.
    static let parameterTolerance = 0.5
    /// How much of a predicted step a parameter that is not identified may move, to either side.
    static let shareTolerance = 0.1
    /// The widest interval of a predicted step, to either side.
    static let stepTolerance = 0.25

    /// A parameter is identified where the points tell it from the others, and its interval (95 %) is no wider than
    /// half of its value to either side.
    func standing(_ parameter: Parameter) -> Standing {
        let unknown = parameter.rawValue
        if given.contains(parameter) { return .given }
        guard fit.occurs[unknown] else { return .notMeasured }
        let partners = fit.partners(of: unknown).map { Parameter(rawValue: $0)!.name }.joined(separator: ", ")
        if fit.isConfounded(unknown) {
            return .notIdentified(why: "the points do not tell it from \(partners)")
        }
        let halfWidth = fit.halfWidth(of: unknown)
        guard halfWidth > Self.parameterTolerance * self[parameter] else { return .identified }
        guard halfWidth.isFinite else {
            return .notIdentified(why: "as many parameters as measurements: nothing says how uncertain it is")
        }
        return .notIdentified(
            why: "it is \(parameter.text(self[parameter])) ± \(parameter.text(halfWidth))"
                + (partners.isEmpty ? "" : ", hardly told from \(partners)"))
    }

    func isKnown(_ parameter: Parameter) -> Bool { [.identified, .given].contains(standing(parameter)) }

    /// Half of the interval (95 %) of a parameter's value; nil where it has none.
    func halfWidth(_ parameter: Parameter) -> Double? {
        guard !given.contains(parameter), fit.occurs[parameter.rawValue], !fit.isConfounded(parameter.rawValue)
        else { return nil }
        let halfWidth = fit.halfWidth(of: parameter.rawValue)
        return halfWidth.isFinite ? halfWidth : nil
    }

    /// Half of the interval (95 %) of a step's seconds.
    ///
    /// - Precondition: nothing objects to the step's prediction.
    func halfWidth(_ shape: StepShape) -> Double { fit.halfWidth(of: measuredCounts(shape)) }

    private func measuredCounts(_ shape: StepShape) -> [Double] {
        zip(Parameter.allCases, counts(shape)).map { given.contains($0) ? 0 : $1 }
    }

    /// Why a step is not predicted; nil where it is.
    ///
    /// It is not where it needs a parameter that is not measured or cannot be told from another, or one whose
    /// interval moves the step by more than a tenth while it is not identified; nor where the step's own interval is wider than a quarter.
    func objection(to shape: StepShape) -> String? {
        let (counts, seconds) = (measuredCounts(shape), stepSeconds(shape))
        guard seconds > 0, seconds.isFinite else { return "the fit has no time for it" }
        var missing: [String] = []
        var open: [String] = []
        for parameter in Parameter.allCases where counts[parameter.rawValue] > 0 {
            switch standing(parameter) {
            case .identified, .given: continue
            case .notMeasured: missing.append(parameter.name)
            case .notIdentified:
                let moves = counts[parameter.rawValue] * fit.halfWidth(of: parameter.rawValue)
                if fit.isConfounded(parameter.rawValue) || !(moves <= Self.shareTolerance * seconds) {
                    open.append(parameter.name)
                }
            }
        }
        var reasons: [String] = []
        if !missing.isEmpty { reasons.append("\(missing.joined(separator: ", ")) (not measured)") }
        if !open.isEmpty { reasons.append("\(open.joined(separator: ", ")) (not identified)") }
        guard reasons.isEmpty else { return "it needs " + reasons.joined(separator: " and ") }
        let halfWidth = halfWidth(shape)
        guard halfWidth <= Self.stepTolerance * seconds else {
            return "the points leave it open by ± \(Quantity.percent(halfWidth / seconds))"
        }
        return nil
    }
}

extension StepModel.Parameter {
    func text(_ value: Double) -> String { isRatio ? Quantity.figures(value) : Quantity.seconds(value) }
}
