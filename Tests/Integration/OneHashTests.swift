import Foundation
import Testing

/// Where a run runs: `ranks` processes under `mpirun`, or nil for the program alone; nil threads is the default.
struct Layout: CustomStringConvertible {
    var ranks: Int?
    var threads: Int?

    init(_ ranks: Int?, _ threads: Int?) {
        self.ranks = ranks
        self.threads = threads
    }

    var description: String {
        (ranks.map { "\($0) ranks" } ?? "no mpirun") + (threads.map { " × \($0) threads" } ?? ", default threads")
    }

    static let all = [
        Layout(nil, 2), Layout(nil, 3), Layout(nil, nil), Layout(1, 1), Layout(2, 1), Layout(3, 1), Layout(4, 1),
        Layout(5, 1), Layout(7, 1), Layout(1, 2), Layout(2, 2),
    ]
    static let few = [Layout(nil, 2), Layout(nil, 3), Layout(3, 1), Layout(2, 2)]
    static let fewest = [Layout(nil, 2), Layout(nil, 7), Layout(3, 1)]
}

/// Something to train in a second.
struct Workload: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let options: [String]
    let layouts: @Sendable () -> [Layout]

    init(_ description: String, _ options: [String], on layouts: @escaping @Sendable () -> [Layout]) {
        testDescription = description
        self.options = options
        self.layouts = layouts
    }

    /// 3 minibatches of 1000, which 8 slices divide evenly.
    static let even = ["--train-limit", "3000", "--test-limit", "500", "--epochs", "2"]
    /// 997 is prime, 10007 leaves a last minibatch of 37, and evaluation ends in a short block.
    static let uneven = [
        "--train-limit", "10007", "--test-limit", "501", "--epochs", "2", "--batch-size", "997",
    ]

    /// Nothing of the article's recipe.
    static let modern = [
        "--activation", "relu", "--loss", "cross-entropy", "--optimizer", "adam", "--learning-rate", "0.005",
    ]

    /// All that a run keeps beside its weights, and all that goes by the number of the step.
    static let recipe =
        modern + ["--dropout", "0.2", "--schedule", "cosine", "--warmup", "5steps", "--clip-norm", "0.5"]

    static let wholeSet = [
        "--optimizer", "lbfgs", "--loss", "cross-entropy", "--activation", "tanh", "--epochs", "15",
    ]

    static let engines = ["float32", "float64"].flatMap { precision in
        ["frontprop", "backprop"].flatMap { gradient in
            [("even", even), ("nothing divides", uneven)].map { name, options in
                let isDefault = precision == "float32" && gradient == "frontprop"
                return Workload(
                    "\(precision) \(gradient), \(name)",
                    options + ["--precision", precision, "--gradient", gradient],
                    on: { isDefault ? Layout.all : Layout.few })
            }
        }
    }

    static let shapes = [
        Workload(
            "minibatches smaller than the slices", ["--train-limit", "23", "--batch-size", "5", "--epochs", "3"],
            on: { Layout.few }),
        Workload("fewer samples than ranks", ["--train-limit", "2", "--epochs", "3"], on: { Layout.few }),
        Workload(
            "one sample, many slices", ["--train-limit", "1", "--epochs", "2", "--slices", "100"],
            on: { Layout.fewest }),
        Workload(
            "autoencoder", ["--model", "autoencoder", "--train-limit", "2100", "--epochs", "1"], on: { Layout.few }),
        Workload(
            "four layers of odd sizes", uneven + ["--model", "784x20x17x33x10"], on: { Layout.few }),
        Workload("wide", even + ["--model", "784x64x48x10"], on: { Layout.few }),
        Workload(
            "rectifiers, cross-entropy",
            uneven + ["--activation", "relu", "--loss", "cross-entropy", "--learning-rate", "0.1"],
            on: { Layout.few }),
        Workload(
            "rectifiers, cross-entropy, float64, backprop",
            uneven + ["--activation", "relu,sigmoid", "--loss", "cross-entropy", "--learning-rate", "0.1"]
                + ["--precision", "float64", "--gradient", "backprop"], on: { Layout.fewest }),
        Workload(
            "rectifiers, cross-entropy, adam", uneven + Workload.modern, on: { Layout.few + [Layout(5, 1)] }),
        Workload(
            "many units, few samples of a slice",
            ["--train-limit", "403", "--batch-size", "100", "--epochs", "2", "--model", "784x100x20x10"]
                + Workload.modern, on: { Layout.few + [Layout(5, 1)] }),
        Workload(
            "many units, few samples of a slice, float64, backprop",
            ["--train-limit", "403", "--batch-size", "100", "--epochs", "2", "--model", "784x100x20x10"]
                + ["--precision", "float64", "--gradient", "backprop"], on: { Layout.fewest }),
        Workload(
            "dropout, adam, cross-entropy, cosine, warm-up, clipping", uneven + recipe + ["--model", "784x20x17x10"],
            on: { Layout.few + [Layout(1, 1), Layout(2, 1), Layout(5, 1)] }),
        Workload(
            "the same, float64, backprop", uneven + recipe + ["--precision", "float64", "--gradient", "backprop"],
            on: { Layout.few + [Layout(1, 1), Layout(2, 1), Layout(5, 1)] }),
        Workload("no hidden layer", even + ["--model", "784x10"], on: { Layout.fewest }),
        Workload(
            "adam", uneven + ["--optimizer", "adam", "--learning-rate", "0.01"], on: { Layout.few + [Layout(5, 1)] }),
        Workload(
            "adam, float64", even + ["--optimizer", "adam", "--precision", "float64"], on: { Layout.fewest }),
        Workload(
            "adamw, cosine, warm-up, clipping",
            uneven + ["--optimizer", "adamw", "--schedule", "cosine", "--warmup", "5steps", "--clip-norm", "0.01"],
            on: { Layout.few + [Layout(2, 1), Layout(5, 1)] }),
        Workload(
            "weight decay, step, clipping, float64",
            even + ["--weight-decay", "0.001", "--schedule", "step:1:0.5", "--clip-norm", "0.01"]
                + ["--precision", "float64"], on: { Layout.few }),
        Workload(
            "lbfgs, decay", wholeSet + ["--train-limit", "10007", "--weight-decay", "0.001"],
            on: { Layout.few + [Layout(2, 1), Layout(4, 1)] }),
        Workload(
            "lbfgs, float32, more of a history than iterations",
            wholeSet + [
                "--train-limit", "403", "--precision", "float32", "--history", "30", "--model", "784x33x17x10",
            ],
            on: { Layout.few }),
        Workload(
            "normal, in the order of the file", even + ["--initializer", "normal", "--no-shuffle", "--seed", "7"],
            on: { Layout.fewest }),
    ].map { Workload($0.testDescription, $0.options + ($0.limitsTest ? [] : ["--test-limit", "130"]), on: $0.layouts) }

    private var limitsTest: Bool { options.contains("--test-limit") }
}

extension Integration {
    /// The same weights, byte for byte, on every layout.
    @Suite struct OneHash {
        @Test(arguments: Workload.engines + Workload.shapes) func onEveryLayout(_ workload: Workload) async throws {
            let reference = try await hash(workload.options, on: Layout(nil, 1))
            for layout in workload.layouts() {
                if layout.ranks != nil, try await !Program.hasMPI.value { continue }
                #expect(try await hash(workload.options, on: layout) == reference, "\(layout)")
            }
        }

        /// What the test above could not see, were the hash always the same.
        @Test func changesWithTheRun() async throws {
            let runs = [
                [], ["--seed", "2"], ["--slices", "16"], ["--precision", "float64"], ["--no-shuffle"],
                ["--optimizer", "adam"], ["--optimizer", "adam", "--beta1", "0.8"],
                ["--nesterov"], ["--dropout", "0.5"], ["--dropout", "0.4"],
                ["--dropout", "0.5", "--precision", "float64"],
                ["--weight-decay", "0.001"], ["--clip-norm", "0.001"], ["--warmup", "2steps"],
                ["--schedule", "cosine"], ["--schedule", "step:1:0.5"], ["--schedule", "exponential:0.9"],
                ["--optimizer", "adamw"], ["--optimizer", "adamw", "--weight-decay", "0.1"],
            ]
            var hashes: Set<String> = []
            for options in runs { hashes.insert(try await hash(Workload.even + options, on: Layout(nil, 1))) }
            #expect(hashes.count == runs.count)
        }

        /// Nor could it, were there nothing to get wrong: the textbook sum's hash follows the layout.
        @Test func allReduceHasMany() async throws {
            let options = Workload.even + ["--reduction", "allreduce"]
            let one = try await hash(options, on: Layout(nil, 1))
            #expect(try await hash(options, on: Layout(nil, 3)) != one)
        }

        /// Past 8 workers the next rung of the ladder is taken; a fixed number leaves some without work.
        @Test func slicesAreAPartOfTheRun() async throws {
            for (options, slices, idle) in [([], 16, 0), (["--slices", "8"], 8, 1)] {
                try await withTemporaryFolder { folder in
                    let options = Workload.even + options + ["--run", "\(folder)/run"]
                    let outcome = try await Program.run(["train", "--threads", "9"] + options)
                    let start = try #require(try RunFiles(path: "\(folder)/run").events.first)
                    #expect(start["slices"] as? Int == slices)
                    #expect(start["idle_workers"] as? Int == idle)
                    let alone = try await hash(Workload.even + ["--slices", "\(slices)"], on: Layout(nil, 1))
                    #expect(outcome.hash == alone)
                }
            }
        }

        /// `--reduction allreduce` rounds otherwise, and only otherwise.
        ///
        /// A sum of B float32 terms in another order differs by at most B·ε of their magnitude; each of the 6 steps
        /// may add as much to the weights' relative error, and the loss, smooth, follows them.
        @Test(.needsMPI, arguments: [1, 2]) func allReduceAgreesClosely(ranks: Int) async throws {
            try await withTemporaryFolder { folder in
                var curves: [[Double]] = []
                for reduction in ["exact", "allreduce"] {
                    let options = Workload.even + ["--threads", "1", "--reduction", reduction]
                    let run = "\(folder)/\(reduction)"
                    let outcome = try await Program.run(["train", "--run", run] + options, ranks: ranks)
                    #expect(outcome.status == 0 && outcome.hash != nil, "\(outcome.errors)")
                    let files = RunFiles(path: run)
                    curves.append(
                        try ["batch_loss", "train_loss", "test_loss"].flatMap { try files.curve($0) })
                }
                let tolerance = 6 * 1000 * Double(Float.ulpOfOne)
                for (exact, plain) in zip(curves[0], curves[1]) { #expect(abs(plain / exact - 1) <= tolerance) }
                #expect(curves[0].count == 6 && curves[1].count == 6)
            }
        }

        private func hash(_ options: [String], on layout: Layout) async throws -> String {
            let threads = layout.threads.map { ["--threads", "\($0)"] } ?? []
            let outcome = try await Program.run(["train", "--quiet"] + options + threads, ranks: layout.ranks)
            try #require(outcome.status == 0, "\(layout): \(outcome.errors)")
            #expect(outcome.outputLines.count == 1, "--quiet prints the hash alone")
            return try #require(outcome.hash, "\(layout): \(outcome.output)")
        }
    }
}
