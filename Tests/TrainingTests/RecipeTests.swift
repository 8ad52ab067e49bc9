import Datasets
import Foundation
import Networks
import Storage
import Testing

@testable import Training

/// What runs are where nothing is said of them.
@Suite struct RecipeTests {
    /// All that a recipe makes can be run, and says whose it is.
    @Test(arguments: Recipe.list, Recipe.Work.all) func canBeRun(_ recipe: Recipe, _ work: Recipe.Work) throws {
        var options = Configuration(recipe, for: work)
        #expect(options.recipe == recipe && options.target == work.target)
        let hidden = Array(options.topology.sizes.dropFirst().dropLast())
        if work.target == .numbers { options.targets = "targets" }
        options.topology = try options.topology(
            hidden: hidden,
            fitting: SampleShape(
                inputs: 5, classes: work.target == .numbers ? 0 : 3, numbers: work.target == .numbers ? 2 : 0))
        #expect(options.topology.sizes == [5] + hidden + [[.labels: 3, .inputs: 5, .numbers: 2][work.target]!])
        #expect(options.fault == nil, "\(options.fault ?? "")")
    }

    @Test func helpNamesThem() {
        #expect(Recipe.defaults { "\($0.epochs)" } == "default: 16; modern: 20, 500")
        #expect(Recipe.defaults { "\($0.seed)" } == "default: 1; modern: 1")
    }

    @Test func theArticleIsTheStandard() {
        let options = Configuration()
        #expect(options.recipe == .article && options.topology == .classifier && options.network.head == .article)
        #expect((options.epochs, options.batchSize, options.learningRate) == (16, 1000, 10))
        #expect(options.momentum == 0.5 && options.optimizer == .sgd && options.initializer == .kaiming)
    }

    /// A rate that is not given is the optimiser's, and sgd's the recipe's.
    @Test(arguments: Recipe.list, Optimizer.allCases) func rates(_ recipe: Recipe, _ optimizer: Optimizer) {
        var options = Configuration(recipe, for: Recipe.Work(isImages: true, target: .labels))
        options.choose(optimizer)
        #expect(options.optimizer == optimizer)
        if optimizer == .sgd {
            #expect(options.learningRate == (recipe == .article ? 10 : 0.1))
        } else {
            #expect(options.optimizerOptions == optimizer.defaults)
        }
        #expect(optimizer == .genetic || optimizer.fault(in: options.optimizerOptions) == nil)
    }

    /// Samples say what a network must have; a part of a set what all of it does.
    @Test func shapes() throws {
        let digits = SyntheticDigits(seed: 1).dataset(trainCount: 3, testCount: 2)
        #expect((digits.shape.inputs, digits.shape.classes, digits.shape.numbers) == (784, 10, 0))
        let images = ImageSet(rows: 1, columns: 2, images: Array(repeating: 9, count: 8), labels: [0, 4, 1, 2])
        let set = Dataset(name: "", train: images, test: images.prefix(1))
        #expect(set.shape.classes == 5 && set.prefix(train: 1, test: 1).shape.classes == 5)
        let options = Configuration()
        #expect(throws: Failure.self) {
            try options.topology(hidden: [3], fitting: SampleShape(inputs: 5, classes: 0, numbers: 2))
        }
    }

    /// The table of Docs/recipes.md, row by row; and every optimiser and schedule has a word there.
    @Test func documentsSayWhatRecipesAre() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/recipes.md"), encoding: .utf8)
        for recipe in Recipe.list {
            let rows = Set(Recipe.Work.all.map { Self.row(recipe, $0) })
            let data = { (work: Recipe.Work) in work.isImages ? "images" : "numbers" }
            for work in Recipe.Work.all {
                let place = rows.count == 1 ? "any | any" : "\(data(work)) | \(work.target.rawValue)"
                let row = "\n| `\(recipe)` | \(place) | \(Self.row(recipe, work)) |\n"
                #expect(text.contains(row), "\(row)")
            }
        }
        for optimizer in Optimizer.allCases where optimizer != .genetic {
            #expect(text.contains("`\(optimizer.rawValue)`"), "\(optimizer.rawValue)")
        }
        for schedule in Schedule.forms { #expect(text.contains("`\(schedule)`"), "\(schedule)") }
    }

    private static func row(_ recipe: Recipe, _ work: Recipe.Work) -> String {
        let options = Configuration(recipe, for: work)
        let hidden = options.topology.sizes.dropFirst().dropLast().map(String.init).joined(separator: "x")
        let rate = String(format: "%g", options.learningRate ?? .nan)
        let momentum = options.momentum.map { String(format: ", momentum %g", $0) } ?? ""
        return [
            "\(hidden) \(options.activation)", "\(options.network.head)",
            "\(options.optimizer.rawValue), rate \(rate)\(momentum)", "\(options.batchSize)", "\(options.epochs)",
        ].joined(separator: " | ")
    }
}
