import Foundation
import Testing

@testable import Training

/// The learning rate of every step.
@Suite struct ScheduleTests {
    /// 4 steps an epoch, 6 epochs.
    private func rates(_ schedule: String, warmup: String? = nil, epochs: Int = 6) throws -> [Double] {
        let rate = LearningRate(
            0.3, schedule: try #require(Schedule(schedule)), warmup: try warmup.map { try #require(EpochsOrSteps($0)) },
            stepsInEpoch: 4, epochs: epochs)
        return (1...4 * epochs).map(rate.ofStep)
    }

    private func agrees(_ found: [Double], _ expected: [Double]) -> Bool {
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= 4e-16 * 0.3 }
    }

    /// Not one bit is another than with no schedule.
    @Test func constant() throws {
        #expect(try rates("constant") == Array(repeating: 0.3, count: 24))
    }

    /// `torch.optim.lr_scheduler.StepLR(…, 2, 0.1)`, `ExponentialLR(…, 0.9)`, a step of theirs an epoch.
    @Test func byEpoch() throws {
        let epochs = (0..<24).map { $0 / 4 }
        #expect(agrees(try rates("step:2:0.1"), epochs.map { 0.3 * [1, 0.1, 0.01][$0 / 2] }))
        #expect(agrees(try rates("exponential:0.9"), epochs.map { 0.3 * pow(0.9, Double($0)) }))
        #expect(try rates("step:7:0.1") == rates("constant"))
    }

    /// Half a cosine over all steps; the step after the last would have 0.
    @Test func cosine() throws {
        #expect(agrees(try rates("cosine"), (0..<24).map { 0.15 * (1 + cos(.pi * Double($0) / 24)) }))
        #expect(try rates("cosine").first == 0.3)
    }

    /// The first rate is rate/N, the Nth the rate, and so is the next, with which the schedule begins.
    @Test(arguments: [("2", 8), ("8steps", 8), ("1", 4), ("1steps", 1), ("6", 24)])
    func warmup(text: String, steps: Int) throws {
        for schedule in ["constant", "cosine", "step:1:0.5", "exponential:0.9"] {
            let found = try rates(schedule, warmup: text)
            #expect(agrees(Array(found[..<steps]), (1...steps).map { 0.3 * Double($0) / Double(steps) }))
            #expect(found[steps - 1] == 0.3 && (steps == 24 || found[steps] == 0.3))
            guard steps % 4 == 0, steps < 24, schedule != "cosine" else { continue }
            // As in a run that begins there.
            #expect(try Array(found[steps...]) == rates(schedule, epochs: 6 - steps / 4))
        }
        let count = 24 - steps
        let tail = (0..<count).map { 0.15 * (1 + cos(.pi * Double($0) / Double(count))) }
        #expect(agrees(try Array(rates("cosine", warmup: text)[steps...]), tail))
    }

    /// A schedule by epoch goes on with epochs, wherever in one the warm-up ends.
    @Test func warmupWithinAnEpoch() throws {
        let found = try rates("exponential:0.5", warmup: "6steps")
        let factors = (6..<24).map { pow(0.5, Double($0 / 4 - 1)) }
        #expect(agrees(Array(found[6...]), factors.map { 0.3 * $0 }))
    }

    /// A number of epochs matters to a schedule that says so, and to no other.
    @Test(arguments: ["constant", "step:2:0.1", "exponential:0.9", "cosine"]) func span(text: String) throws {
        let schedule = try #require(Schedule(text))
        #expect(try (rates(text) == rates(text, epochs: 9).prefix(24).map { $0 }) != schedule.spansRun)
        #expect(schedule.spansRun == (text == "cosine"))
    }

    @Test func texts() throws {
        for text in ["constant", "step:2:0.5", "step:10:3", "exponential:0.9", "cosine"] {
            #expect(Schedule(text)?.description == text)
        }
        #expect(Schedule("step:2:0.50") == Schedule("step:2:0.5") && Schedule("step:2:0.5") != Schedule("step:3:0.5"))
        #expect(Schedule("exponential:1.0")?.description == "exponential:1")
        #expect(Schedule.constant == Schedule("constant"))
        for form in Schedule.forms { #expect(Schedule.summaries.contains("\(form): ")) }
    }

    @Test(arguments: [
        ("", "expected constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine"), ("Cosine", "expected constant"),
        ("cosine:3", "expected cosine"), ("step", "expected step:EPOCHS:FACTOR"),
        ("step:3", "expected step:EPOCHS:FACTOR"), ("step:1:2:3", "expected step:EPOCHS:FACTOR"),
        ("step:0:0.5", "EPOCHS of step:EPOCHS:FACTOR must be a whole number from 1 to "),
        ("step:1.5:0.5", "EPOCHS of "), ("step:-1:0.5", "EPOCHS of "), ("step::0.5", "EPOCHS of "),
        ("step:9999999999:0.5", "EPOCHS of "),
        ("step:1:0", "FACTOR of step:EPOCHS:FACTOR must be a finite number above 0"),
        ("exponential:-1", "FACTOR of exponential:FACTOR must be"), ("exponential:nan", "FACTOR of "),
        ("exponential:inf", "FACTOR of "), ("exponential:", "FACTOR of "), ("exponential:x", "not 'x'"),
    ])
    func textsThatAreNone(text: String, words: String) {
        #expect(Schedule(text) == nil)
        #expect(Schedule.refusal(of: text).contains(words), "\(Schedule.refusal(of: text))")
    }

    /// What a run's length refuses; a run of no epochs takes any.
    @Test func longWarmups() throws {
        var options = Configuration()
        (options.epochs, options.batchSize) = (3, 100)
        for (text, fits) in [("3", true), ("4", false), ("30steps", true), ("31steps", false)] {
            options.warmup = EpochsOrSteps(text)
            let found = options.fault ?? options.refusal(samples: 999, workers: 1)
            #expect(
                (found == nil) == fits && found?.hasPrefix("--warmup \(text) is longer than the run") != fits, "\(text)"
            )
        }
        options.epochs = 0
        #expect(options.fault == nil && options.refusal(samples: 999, workers: 1) == nil)
    }
}
