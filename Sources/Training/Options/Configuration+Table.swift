import Datasets
import Networks

extension Configuration {
    /// Why the options of a table are none of this run; nil where they are.
    var tableFault: String? {
        guard isTable else { return otherDataFault }
        for (name, heldOut) in [("--test", table.test), ("--validation", table.validation)] {
            if let fault = Self.heldOutFault(name, heldOut) { return fault }
        }
        let isOfClasses = target == .labels
        if let task = table.task, target == .inputs || (task == .classification) != isOfClasses {
            return "--task \(task.rawValue) does not go with --target \(target.rawValue)"
        }
        if let scaling = table.scaleTargets, scaling != .none, target != .numbers {
            return "--scale-targets \(scaling.rawValue) goes with targets that are numbers"
        }
        if table.classWeights != nil, !isOfClasses { return "--class-weights goes with targets that are classes" }
        return nil
    }

    /// Samples that are no table can be held out by their share alone.
    private var otherDataFault: String? {
        var rest = table
        rest.validation = nil
        if case .file(let path)? = table.validation {
            return "--validation takes a share of samples that are no table, not the file \(path)"
        }
        return rest == TableOptions()
            ? Self.heldOutFault("--validation", table.validation)
            : "the options of a table's columns and rows go with --data of one: \(TableFile.suffixes)"
    }

    /// Why rows cannot be held out like this; nil where they can.
    public static func heldOutFault(_ name: String, _ heldOut: HeldOut?) -> String? {
        guard case .share(let share)? = heldOut, !(share >= 0 && share < 1) else { return nil }
        return "\(name) must be a file, or a share of the rows, at least 0 and below 1, not \(share)"
    }

    /// Whether the head takes any numbers for targets, and so those of a column that is scaled.
    public var takesScaledTargets: Bool {
        let range = network.head.targetRange
        return outputActivation == .linear && range.lowerBound == -.infinity && range.upperBound == .infinity
    }
}
