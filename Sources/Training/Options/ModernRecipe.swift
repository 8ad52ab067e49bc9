import Datasets
import Networks

extension Recipe {
    /// What is used today, by what there is to learn.
    public static let modern = Recipe(
        name: "modern", summary: "rectifiers or tanh, a head by what is asked for, Adam: what is used today",
        sgdLearningRate: 0.1, fitsData: true
    ) { work in
        let head =
            switch work.target {
            case .labels: Head(.softmax, .crossEntropy)
            // What a byte stands for is between 0 and 1.
            case .inputs: Head(work.isImages ? .sigmoid : .linear, .mse)
            case .numbers: Head(.linear, .mse)
            }
        return work.isImages
            ? Plan(
                hidden: work.target == .inputs ? [64] : [128, 64], activation: .relu, head: head, optimizer: .adam,
                batchSize: 128, epochs: 20)
            : Plan(
                hidden: [64, 64], activation: .tanh, head: head, optimizer: .adam, batchSize: 32, epochs: 500,
                table: TableOptions(
                    test: .share(0.2), validation: .share(0.1), scaleInputs: .standard,
                    scaleTargets: work.target == .numbers ? .standard : nil, missing: .error),
                patience: 50)
    }
}
