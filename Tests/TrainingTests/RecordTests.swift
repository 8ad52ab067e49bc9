import DamagedRecords
import Datasets
import Foundation
import Networks
import Storage
import Testing

@testable import Training

/// What a run leaves, read back: by the checks of the command line, and never a trap.
@Suite struct RecordTests {
    private static func golden(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: "Golden/\(name)/config.json")))
    }

    private static func text(_ record: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
    }

    private static func genetic(_ operators: SearchOperators = .article) -> Configuration {
        var options = Configuration()
        options.optimizer = .genetic
        options.slices = 1
        options.genetic = GeneticOptions(
            operators: operators, topology: options.topology, population: nil, rounds: 20, fitnessSamples: nil,
            evaluateEvery: nil, crossover: nil, mutation: nil, mutationScale: nil)
        return options
    }

    /// No option is left out, and all are read as they were written.
    @Test func everyOptionIsRecorded() throws {
        func properties(_ record: Any) -> [String] { Mirror(reflecting: record).children.compactMap(\.label) }
        let own = properties(Configuration()).filter { $0 != "optimizerOptions" && $0 != "table" }
        let names = own.map { $0 == "topology" ? "model" : $0 } + properties(TableOptions())
        #expect(Configuration.fields.map(\.name).sorted() == names.sorted())
        for optimizer in Optimizer.allCases {
            var options = Self.genetic()
            (options.optimizer, options.optimizerOptions) = (optimizer, optimizer.defaults)
            (options.learningRate, options.trainLimit, options.weights, options.lossScale) = (3, 5, "a", 0.5)
            (options.clipNorm, options.schedule, options.warmup) = (2, try #require(Schedule("step:2:0.5")), .steps(3))
            let text = try Self.text(options)
            #expect(try JSONText.decode(Configuration.self, from: Array(text.utf8), name: "text") == options)
            #expect(text.contains(#""learningRate":3"#) && !text.contains("optimizerOptions"))
            #expect(text.contains(#""momentum":"#) == (options.momentum != nil))
        }
    }

    /// The records from before there was a format.
    @Test func formerFormat() throws {
        let run = try RunFolder.Record.parse(try Self.golden("run-format-0"), name: "golden")
        #expect(run.format == nil && run.options.topology.description == "784x2x10" && run.options.slices == 8)
        #expect(run.options.trainLimit == 60 && run.dataChecksum == "278c85015ce8ad6d")
        let search = try RunFolder.Record.parse(try Self.golden("search-format-0"), name: "golden")
        #expect(search.options.genetic?.rounds == 4)
    }

    @Test(arguments: ["2", "-1", "9223372036854775807", "1e300", "\"1\"", "[]"]) func otherFormats(format: String)
        throws
    {
        let text = String(decoding: try Self.golden("run-format-0"), as: UTF8.self)
        let edited = Array(text.replacing("{\n  \"blas\"", with: "{\"format\":\(format),\n  \"blas\"").utf8)
        let failure = #expect(throws: Failure.self) { try RunFolder.Record.parse(edited, name: "config.json") }
        #expect(failure?.status == .badData && failure?.message.hasPrefix("config.json: ") == true)
    }

    @Test(arguments: ["run-format-0", "search-format-0"]) func damagedConfigurations(run: String) throws {
        let original = try RunFolder.Record.parse(try Self.golden(run), name: "golden")
        let text = String(decoding: try Self.golden(run), as: UTF8.self).replacing("\n", with: "")
        var random = DamagedRecord.random()
        var refused = 0
        let count = DamagedRecord.count(2000)
        for _ in 0..<count {
            let damaged = try DamagedRecord.of([text], using: &random)
            do {
                let record = try RunFolder.Record.parse(damaged, name: "config.json")
                // What is read is used: nothing of it may overflow.
                let state = TrainingState(options: original.options, dataChecksum: "0", position: Position())
                _ = state.fault(in: record.options, dataChecksum: record.dataChecksum, minibatches: 3)
                _ = record.options.genetic?.refusal(
                    topology: record.options.topology, precision: record.options.precision, memoryBytes: 1e9)
            } catch let failure as Failure {
                refused += 1
                #expect(failure.status == .badData && failure.message.hasPrefix("config.json: "))
                #expect(failure.message.count < 600 && !failure.message.contains("\n"), "one line")
            }
        }
        #expect((1..<count).contains(refused), "\(refused) of \(count) refused")
    }

    @Test(arguments: [false, true]) func damagedStates(isGenetic: Bool) throws {
        let options = isGenetic ? Self.genetic() : Configuration()
        var state = TrainingState(options: options, dataChecksum: "ab", position: Position())
        state.position.step = 2
        if isGenetic { state.search = SearchRecord(losses: [Double](repeating: 1, count: 12), order: Array(0..<12)) }
        #expect(state.fault(in: options, dataChecksum: "ab", minibatches: 3) == nil)
        let text = try Self.text(state)
        var random = DamagedRecord.random()
        for _ in 0..<DamagedRecord.count(2000) {
            let damaged = try DamagedRecord.of([text], using: &random)
            do {
                let read = try JSONText.decode(TrainingState.self, from: damaged, name: "state")
                guard read.fault(in: options, dataChecksum: "ab", minibatches: 3) == nil else { continue }
                #expect((0...3).contains(read.position.step) || isGenetic)
                #expect(read.position.step <= 20 && (1...17).contains(read.position.epoch))
                #expect((read.search != nil) == isGenetic)
            } catch let failure as Failure {
                #expect(failure.status == .badData)
            }
        }
    }

    /// Each limit: the nearest values inside, and outside.
    @Test func limits() throws {
        func fault(_ change: (inout Configuration) -> Void) -> String? {
            var options = Configuration()
            change(&options)
            return options.fault
        }
        let counts: [(String, WritableKeyPath<Configuration, Int?>, Int, Int)] = [
            ("--slices", \.slices, 1, 4096), ("--train-limit", \.trainLimit, 1, Int(Int32.max)),
            ("--test-limit", \.testLimit, 1, Int(Int32.max)),
        ]
        for (name, member, least, most) in counts {
            for value in [least, most] { #expect(fault { $0[keyPath: member] = value } == nil, "\(name) \(value)") }
            for value in [Int.min, -1, least - 1, most + 1, Int.max] {
                let found = fault { $0[keyPath: member] = value }
                #expect(found?.hasPrefix("\(name) must be at least \(least) and at most \(most), not ") == true)
            }
        }
        for value in [Int.min, 0, 1 << 31, Int.max] {
            #expect(fault { $0.batchSize = value }?.hasPrefix("--batch-size") == true)
        }
        for value in [Int.min, -1, 1 << 31 + 1, Int.max] {
            #expect(fault { $0.epochs = value }?.hasPrefix("--epochs") == true)
        }
        for value in [0, -1, Double.nan, .infinity, 1e300] {
            #expect(fault { $0.clipNorm = value }?.hasPrefix("--clip-norm must be above 0 and at most") == true)
        }
        for value in [Double.nan, .infinity, 1e300] {
            #expect(fault { $0.learningRate = value }?.hasPrefix("--learning-rate") == true)
            #expect(fault { $0.momentum = -value }?.hasPrefix("--momentum") == true)
            #expect(fault { $0.weightDecay = value }?.hasPrefix("--weight-decay must be a finite") == true)
        }
        #expect(fault { ($0.learningRate, $0.precision) = (1e300, .float64) } == nil)
        #expect(fault { $0.checkpointEvery = .turns(.steps(.max)) }?.hasPrefix("--checkpoint-every") == true)
        #expect(fault { $0.target = .inputs }?.hasPrefix("--target") == true)
        #expect(fault { $0.optimizer = .genetic } != nil && fault { $0.genetic = Self.genetic().genetic } != nil)
    }

    @Test func geneticLimits() throws {
        func fault(_ operators: SearchOperators = .article, _ change: (inout GeneticOptions) -> Void) throws -> String?
        {
            var options = try #require(Self.genetic(operators).genetic)
            change(&options)
            return options.fault
        }
        #expect(try fault { _ in } == nil)
        #expect(try fault(.snes) { _ in } == nil)
        for value in [Int.min, -8, 0, 3, 65_538, Int.max] {
            #expect(try fault { $0.population = value }?.hasPrefix("--population") == true, "\(value)")
        }
        for value in [Int.min, 0, 1 << 30 + 1, Int.max] {
            #expect(try fault { $0.rounds = value }?.hasPrefix("--rounds") == true)
            #expect(try fault { $0.fitnessSamples = value }?.hasPrefix("--fitness-samples") == true)
            #expect(try fault { $0.evaluateEvery = value }?.hasPrefix("--evaluate-every") == true)
        }
        for value in [-0.1, 1.1, .nan, 1e308] {
            #expect(try fault { $0.mutation = value }?.hasPrefix("--mutation ") == true)
            #expect(try fault { $0.crossover = value }?.hasPrefix("--crossover") == true)
        }
        for value in [0, -1, .nan, .infinity, 1e7] {
            #expect(try fault { $0.mutationScale = value }?.hasPrefix("--mutation-scale") == true)
        }
        #expect(try fault { $0.mutation = nil } != nil)
        #expect(try fault(.snes) { $0.mutation = 0.1 } != nil)
    }

    /// A checkpoint fits the run that made it, and no other.
    @Test func checkpointsOfOtherRuns() throws {
        let made = TrainingState(options: Configuration(), dataChecksum: "ab", position: Position())
        func fault(_ data: String = "ab", _ change: (inout Configuration) -> Void) -> String? {
            var options = Configuration()
            change(&options)
            return made.fault(in: options, dataChecksum: data, minibatches: 3)
        }
        #expect(fault { ($0.epochs, $0.data, $0.checkpointEvery) = (99, "elsewhere", .turns(.steps(3))) } == nil)
        #expect(fault { $0.learningRate = 3 }?.contains("--learning-rate 10, expected 3") == true)
        #expect(fault { $0.seed = 2 }?.contains("--seed") == true && fault { $0.slices = 16 } != nil)
        #expect(fault { $0.topology = .autoencoder }?.contains("784x64x784") == true)
        #expect(fault("cd") { _ in }?.contains("checksum") == true)
    }

    @Test(arguments: [
        (0, 0), (-1, 0), (Int.min, 0), (Int.max, 0), (18, 0), (17, 1), (1, -1), (1, 4), (1, Int.max), (1, Int.min),
    ]) func positionsOutsideTheRun(epoch: Int, step: Int) {
        var state = TrainingState(options: Configuration(), dataChecksum: "ab", position: Position())
        (state.position.epoch, state.position.step) = (epoch, step)
        #expect(state.fault(in: Configuration(), dataChecksum: "ab", minibatches: 3)?.contains("position") == true)
        var search = TrainingState(options: Self.genetic(), dataChecksum: "ab", position: Position())
        (search.position.step, search.search) = (
            step == 0 ? 21 : step == 1 || step == 4 ? 0 : step,
            SearchRecord(losses: [Double](repeating: 1, count: 12), order: Array(0..<12))
        )
        #expect(search.fault(in: Self.genetic(), dataChecksum: "ab", minibatches: 3)?.contains("position") == true)
    }

    @Test(arguments: [
        [Int64](repeating: 1_000_000_000, count: 12), [Int64](repeating: 0, count: 12), [], Array(1...12),
    ])
    func ordersThatAreNone(order: [Int64]) {
        var state = TrainingState(options: Self.genetic(), dataChecksum: "ab", position: Position())
        state.position.step = 3
        #expect(state.fault(in: Self.genetic(), dataChecksum: "ab", minibatches: 3)?.contains("population") == true)
        state.search = SearchRecord(losses: [Double](repeating: 1, count: 12), order: order)
        #expect(state.fault(in: Self.genetic(), dataChecksum: "ab", minibatches: 3)?.contains("order") == true)
    }
}
