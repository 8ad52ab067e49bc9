import Datasets

/// What a network was measured to do on one of a run's sets. Each sample counts once; in the loss it counts its weight.
///
/// What is nil was not measured, or there is no such figure. Errors are in the units of what is asked for, and all means
/// over outputs are as scikit-learn's: of each output's figure.
public struct SetScore: Sendable, Equatable {
    /// The mean over the samples.
    public var loss: Double
    /// The share of samples whose largest output is their label's.
    public var accuracy: Double?

    // Of numbers that are asked for.
    public var rmse: Double?
    public var mae: Double?
    /// 1 for outputs that are all right, 0 for such as are no better than the mean of what is asked for.
    public var r2: Double?
    public var largestError: Double?
    /// The row that it is of, from 0, as its file has them; the first of equals.
    public var largestErrorRow: Int?

    // Of classes.
    /// The mean over the classes that occur of the harmonic mean of precision and recall.
    public var f1: Double?
    /// Mean of -ln p of the samples' labels, p between ε and 1 - ε; of sigmoids p is an output's part of their sum.
    public var logLoss: Double?
    /// How many samples of each class (by row) were taken for which (by column); nil for many classes.
    public var confusionMatrix: [[Int]]?
    /// nil for many classes.
    public var byClass: [ClassScore]?

    public init(loss: Double, accuracy: Double? = nil) { (self.loss, self.accuracy) = (loss, accuracy) }

    /// The figures that are worth a number after every epoch.
    var brief: SetScore {
        var brief = SetScore(loss: loss, accuracy: accuracy)
        (brief.rmse, brief.mae, brief.r2) = (rmse, mae, r2)
        return brief
    }

    /// By their names in JSON, those of `set`: `test_rmse`.
    static func fields(_ set: SampleSet) -> [RecordField<SetScore>] {
        func name(_ figure: String) -> String { "\(set.rawValue)_\(figure)" }
        return [
            RecordField(name("loss"), \.loss), RecordField(name("accuracy"), \.accuracy),
            RecordField(name("rmse"), \.rmse), RecordField(name("mae"), \.mae), RecordField(name("r2"), \.r2),
            RecordField(name("largest_error"), \.largestError),
            RecordField(name("largest_error_row"), \.largestErrorRow), RecordField(name("f1"), \.f1),
            RecordField(name("log_loss"), \.logLoss), RecordField(name("confusion_matrix"), \.confusionMatrix),
            RecordField(name("by_class"), \.byClass),
        ]
    }
}

/// How well one class was told from the others.
public struct ClassScore: Sendable, Equatable, Codable {
    /// Its name; where it has none, its number.
    public var name: String
    /// Samples of it.
    public var count: Int
    /// Of those that were taken for it, how many were; 0 where none were.
    public var precision: Double
    /// Of those that were it, how many were taken for it; 0 where there were none.
    public var recall: Double
    /// The harmonic mean of both.
    public var f1: Double

    enum CodingKeys: String, CodingKey {
        case name = "class"
        case count, precision, recall, f1
    }

    init(name: String, count: Int, taken: Int, right: Int) {
        func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
        (self.name, self.count) = (name, count)
        (precision, recall) = (share(right, taken), share(right, count))
        f1 = share(2 * right, count + taken)
    }
}
