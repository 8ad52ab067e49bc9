import Foundation

/// The network and nodes that a prediction is for.
public struct Cluster: Sendable, Codable {
    /// Seconds of a message between nodes; nil: as fitted, or assumed where nothing was measured between nodes.
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

    /// 10-gigabit Ethernet over TCP, where nothing else is known.
    static let assumedLatency = 25e-6
    static let assumedLinkRate = 10e9
}

/// The fitted model, how well it predicts what it has not seen, and what it predicts: `model.json`.
public struct ModelRecord: Sendable, Codable {
    public struct FittedParameter: Sendable, Codable {
        public var name: String
        public var meaning: String
        public var value: Double
        public var unit: String
        /// false where nothing measured depends on it.
        public var known: Bool
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
        public var predictedSeconds: Double
        /// Predicted ÷ measured - 1.
        public var error: Double
        /// false where the prediction needs a parameter that the other points do not tell of: then it is no test.
        public var known: Bool
    }

    /// A prediction.
    public struct Forecast: Sendable, Codable {
        public var workers: Int
        public var nodes: Int
        public var batchSize: Int
        public var slices: Int
        public var busyWorkers: Int
        public var stepSeconds: Double
        public var speedUp: Double
        public var efficiency: Double
        public var terms: [String: Double]
    }

    /// Where more workers stop helping.
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
    public var parameters: [FittedParameter]
    public var fit: [Comparison]
    /// Each layout predicted by a model that was fitted without it.
    public var leaveOneOut: [Comparison]
    /// Each link rate predicted by a model that was fitted without any point at it; of three rates or more.
    public var leaveOneLinkRateOut: [Comparison]
    /// Simulated points, predicted by the model for the simulated network.
    public var simulated: [Comparison]
    /// What `forecasts` are for.
    public var cluster: Cluster
    /// Where the cluster's latency and rate come from: given, fitted or assumed.
    public var clusterSource: String
    public var forecasts: [Forecast]
    public var limits: [Limit]

    /// The median and the largest of the known errors' sizes; nil without any.
    public static func errors(_ comparisons: [Comparison]) -> (median: Double, largest: Double)? {
        let sizes = comparisons.filter(\.known).map { abs($0.error) }
        return sizes.isEmpty ? nil : (Statistics.median(sizes), sizes.max()!)
    }
}
