import Foundation

/// The network and nodes that a prediction is for.
public struct Cluster: Sendable, Codable {
    /// Seconds of a message between nodes; nil: as fitted.
    public var latency: Double?
    /// Bits a second; nil as above.
    public var linkRate: Double?
    /// nil: as many as the measured nodes have cores.
    public var workersPerNode: Int?
    /// nil: the batch of the strong scaling.
    public var batchSizes: [Int]?

    public init(
        latency: Double? = nil, linkRate: Double? = nil, workersPerNode: Int? = nil, batchSizes: [Int]? = nil
    ) {
        self.latency = latency
        self.linkRate = linkRate
        self.workersPerNode = workersPerNode
        self.batchSizes = batchSizes
    }
}

/// The fitted model, how well it predicts what it has not seen, and what it predicts: `model.json`.
public struct ModelRecord: Sendable, Codable {
    public struct FittedParameter: Sendable, Codable {
        public var name: String
        public var meaning: String
        /// nil where the points do not identify it.
        public var value: Double?
        /// Of the interval that holds the true value with 95 %, if the model is right; nil as the value.
        public var halfWidth: Double?
        public var unit: String
        /// identified, not identified, or not measured: nothing depends on it.
        public var standing: String
        /// Why it is not identified.
        public var why: String?
    }

    /// A layout's measured time beside a predicted one.
    public struct Comparison: Sendable, Codable {
        public var layout: String
        public var kind: String
        public var source: String
        public var reduction: String
        public var batchSize: Int
        public var linkRate: Double?
        public var measuredSeconds: Double
        /// nil where it is not predicted.
        public var predictedSeconds: Double?
        /// Predicted ÷ measured - 1; nil as the prediction.
        public var error: Double?
        /// Why it is not predicted.
        public var why: String?
    }

    /// A prediction.
    public struct Forecast: Sendable, Codable {
        public var workers: Int
        public var nodes: Int
        public var batchSize: Int
        public var slices: Int
        public var busyWorkers: Int
        public var stepSeconds: Double
        /// Of the interval that holds the step's time with 95 %, if the model is right.
        public var halfWidth: Double
        public var speedUp: Double
        public var efficiency: Double
        public var terms: [String: Double]
    }

    /// Workers that nothing is predicted for, and why.
    public struct Refusal: Sendable, Codable {
        public var batchSize: Int
        public var workers: [Int]
        public var why: String
    }

    /// Where more workers stop helping, of those that are predicted.
    public struct Limit: Sendable, Codable {
        public var batchSize: Int
        public var fastestWorkers: Int
        public var fastestStepSeconds: Double
        public var speedUp: Double
        /// The most workers at which the efficiency is a half.
        public var halfEfficiencyWorkers: Int
        /// What most of the fastest step goes into, besides computing.
        public var dominant: String
        public var why: String
    }

    public var model: String
    public var precision: String
    public var gradient: String
    public var optimizer: String
    public var parameters: [FittedParameter]
    public var fit: [Comparison]
    /// Each layout predicted by a model that was fitted without any point of the same work on the same layout.
    public var leaveOneOut: [Comparison]
    /// Each link rate predicted by a model that was fitted without any point at it; of three rates or more.
    public var leaveOneLinkRateOut: [Comparison]
    /// Simulated points, predicted by the model for the simulated network.
    public var simulated: [Comparison]
    /// What `forecasts` are for.
    public var cluster: Cluster
    /// Where the cluster's latency and rate come from: given or measured.
    public var clusterSource: String
    public var forecasts: [Forecast]
    public var refusals: [Refusal]
    public var limits: [Limit]

    /// The median and the largest of the errors' sizes; nil without any.
    public static func errors(_ comparisons: [Comparison]) -> (median: Double, largest: Double)? {
        let sizes = comparisons.compactMap { $0.error.map(abs) }
        return sizes.isEmpty ? nil : (Statistics.median(sizes), sizes.max()!)
    }
}
