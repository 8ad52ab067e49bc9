import Networks

extension Recipe {
    /// The article's: everything it trains is trained like this.
    public static let article = Recipe(
        name: "article", summary: "sigmoids, their squared error, momentum SGD in large steps: as the article has it",
        sgdLearningRate: 10, fitsData: false
    ) { _ in
        Plan(
            hidden: [16, 16], activation: .sigmoid, head: Head(.sigmoid, .mse), optimizer: .sgd, batchSize: 1000,
            epochs: 16)
    }
}
