import Datasets
import Foundation

extension SetScores {
    /// The losses, and beside them what else is worth a number after every epoch, for people: on one line.
    public var line: String {
        let figures = [
            figure("loss") { lossText($0.loss) }, figure("accuracy") { $0.accuracy.map(Self.places) },
            figure("RMSE") { $0.rmse.map(lossText) },
        ]
        return figures.compactMap { $0 }.joined(separator: "  ")
    }

    /// All figures, for people: the line, one for each other figure, and where classes are few a table of the last set.
    public var text: String {
        let figures = [
            figure("MAE") { $0.mae.map(lossText) }, figure("R²") { $0.r2.map(Self.places) },
            figure("largest error") { score in
                score.largestError.map { "\(lossText($0)) (row \(score.largestErrorRow ?? 0))" }
            },
            figure("macro-F1") { $0.f1.map(Self.places) }, figure("log-loss") { $0.logLoss.map(lossText) },
        ]
        let table = all.last.flatMap { $1.table(of: $0) }
        return ([line] + (figures + [table]).compactMap { $0 }).joined(separator: "\n")
    }

    /// The figure that most ask for, of the set that most ask for: `test accuracy 0.9`.
    public var summary: String? {
        guard let (set, score) = all.last else { return nil }
        let error = score.rmse.map { "RMSE \(lossText($0))" + (score.r2.map { ", R² \(Self.places($0))" } ?? "") }
        return (score.accuracy.map { "accuracy \(Self.places($0))" } ?? error).map { "\(set.rawValue) \($0)" }
    }

    /// A figure of each set: `loss 0.1 train 0.2 test`; nil where no set has it.
    private func figure(_ name: String, _ text: (SetScore) -> String?) -> String? {
        let texts = all.compactMap { set, score in text(score).map { "\($0) \(set.rawValue)" } }
        return texts.isEmpty ? nil : ([name] + texts).joined(separator: " ")
    }

    private static func places(_ value: Double) -> String { String(format: "%.4f", value) }
}

extension SetScore {
    /// A row for each class: how well it was told, and what its samples were taken for.
    fileprivate func table(of set: SampleSet) -> String? {
        guard let byClass, let confusionMatrix else { return nil }
        let width = max(5, byClass.map(\.name.count).max() ?? 0)
        func row(_ name: String, _ cells: [String]) -> String {
            name.padding(toLength: width, withPad: " ", startingAt: 0)
                + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
        }
        let head = row(set.rawValue, ["samples", "precision", "recall", "F1"]) + "  taken for"
        let rows = zip(byClass, confusionMatrix).map { score, taken in
            row(
                score.name,
                ["\(score.count)"]
                    + [score.precision, score.recall, score.f1].map { String(format: "%.4f", $0) })
                + "  " + taken.map { "\($0)" }.joined(separator: " ")
        }
        return ([head] + rows).joined(separator: "\n")
    }
}

/// A loss for people to read: six places, or six digits where those would hide it.
public func lossText(_ loss: Double) -> String {
    let isOrdinary = loss == 0 || (1e-3..<1e6).contains(abs(loss))
    return String(format: isOrdinary ? "%.6f" : "%.5e", loss)
}
