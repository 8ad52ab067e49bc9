import Frontprop
import MPI
import Networks
import Storage
import Training

// An activation and a loss of one's own: on every rank, before anything asks for them by name.
try Activation.define("swish2") { h in h * sigmoid(2 * h) }
try Loss.define("log-cosh") { a, t in softplus(-2 * (a - t)) + (a - t) - 0.6931471805599453 }
// The library's sigmoid and mean squared error once more, to compare times.
try Activation.define("own-sigmoid") { h in sigmoid(h) }
try Loss.define("own-mse") { a, t in (a - t) * (a - t) }

// OwnFunctions HIDDEN OUTPUT LOSS PRECISION THREADS, each with a default, alone or under mpirun.
let usual = ["swish2", "sigmoid", "log-cosh", "float32", "1"]
let words = CommandLine.arguments.dropFirst() + usual.dropFirst(CommandLine.arguments.count - 1)
let environment = try Environment.start(threadLevel: .serialized)
let isFirst = environment.world.rank == 0
do {
    guard let hidden = HiddenActivations(words[1]), let output = Activation(words[2]), let loss = Loss(words[3]),
        loss.takes(output), let precision = Precision(rawValue: words[4])
    else { throw Failure(.usage, "no such network") }
    var options = Configuration()
    options.network = Network(.classifier, hidden: hidden, head: Head(output, loss))
    options.precision = precision
    options.learningRate = 1
    options.epochs = 3
    var run = TrainingRun(options)
    run.threads = Int(words[5])
    run.onEvent = { event in
        guard isFirst, case .epoch(let epoch) = event else { return }
        print("epoch \(epoch.epoch): loss \(epoch.trainLoss), \(epoch.trainSeconds) s")
    }
    let end = try run.train(on: environment.world).end
    if isFirst { print("weights-sha256: \(end.weightsSHA256)") }
    environment.exit(status: 0)
} catch {
    let failure = Failure(of: error)
    if isFirst { print(failure.message) }
    environment.exit(status: failure.status.rawValue)
}
