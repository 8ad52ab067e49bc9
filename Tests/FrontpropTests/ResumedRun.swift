import MPI
import Testing
import Training

@testable import Frontprop

/// Three epochs on one thread; the same begun with one epoch, gone on with, and reproduced, on other threads each: all come to
/// the same weights.
struct ResumedRun {
    /// Of the run that went on.
    let end: EndEvent
    /// What reproducing it told.
    let finding: String?

    /// - Parameter path: where the run is written.
    init(at path: String, on world: Communicator, _ options: (_ epochs: Int) -> Configuration) throws {
        var whole = TrainingRun(options(3))
        whole.threads = 1
        let expected = try whole.train(on: world).end.weightsSHA256
        var first = TrainingRun(options(1))
        first.destination = .folder(path)
        first.threads = 3
        #expect(try first.train(on: world).folder == path)
        var rest = TrainingRun(
            .resumed(folder: path) { options in
                var options = options
                options.epochs = 3
                return options
            })
        rest.threads = 2
        end = try rest.train(on: world).end
        #expect(end.weightsSHA256 == expected)
        var again = TrainingRun(.reproduced(folder: path, turns: nil, data: nil))
        again.threads = 1
        var told: String?
        again.onEnd = { told = $0.finding }
        #expect(try again.train(on: world).end.weightsSHA256 == expected)
        finding = told
    }
}
