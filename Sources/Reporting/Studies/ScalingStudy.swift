import Foundation

/// A layout's repeats, together.
public struct Measurement: Sendable {
    /// What repeats have in common.
    public struct Setting: Hashable, Sendable {
        public var source: ScalingPoint.Source
        public var kind: ScalingPoint.Kind
        public var shape: StepShape
        public var steps: Int
    }

    public var setting: Setting
    public var points: [ScalingPoint]

    public var shape: StepShape { setting.shape }
    public var stepSeconds: [Double] { points.compactMap(\.stepSeconds) }
    public var median: Double { Statistics.median(stepSeconds) }
    public var interval: Statistics.Interval { Statistics.medianInterval(stepSeconds) }
    public var epochSeconds: Double { median * Double(setting.steps) }
    public var samplesPerSecond: Double { Double(shape.batchSize) / median }
    public var phases: Phases? { Phases.medians(points.compactMap(\.phases), times: 1) }
    public var hashes: [String] { Array(Set(points.compactMap(\.weightsSha256))).sorted() }
    public var isOversubscribed: Bool { points.contains(where: \.isOversubscribed) }

    /// `2 × 1`: ranks and threads, with the nodes where they are several.
    public var layout: String {
        (shape.nodes > 1 ? "\(shape.nodes) nodes: " : "") + "\(shape.ranks) × \(shape.threads)"
    }

    /// Each rank's phases, medians over the repeats.
    public var rankPhases: [RankPhases] {
        let all = points.compactMap(\.rankPhases).flatMap { $0 }
        return Dictionary(grouping: all, by: \.rank).sorted { $0.key < $1.key }.compactMap { rank, phases in
            Phases.medians(phases.map(\.phases), times: 1).map {
                RankPhases(rank: rank, host: phases[0].host, phases: $0)
            }
        }
    }
}

/// The repeats of an all-reduce loop.
public struct CallMeasurement: Sendable {
    public struct Setting: Hashable, Sendable {
        public var nodes: Int
        public var ranks: Int
        public var group: String
        public var type: String
        public var bytes: Int
        public var linkRate: Double?
    }

    public var setting: Setting
    public var callSeconds: [Double]
    public var isOversubscribed: Bool

    public var members: Int { setting.group == "leaders" ? setting.nodes : setting.ranks }
    public var median: Double { Statistics.median(callSeconds) }
    public var interval: Statistics.Interval { Statistics.medianInterval(callSeconds) }

    /// For the model: a loop of ranks on one node, or of one rank on each node.
    var observation: StepModel.Observation? {
        guard members > 1, !isOversubscribed, setting.nodes == 1 || members == setting.nodes else { return nil }
        return .call(
            members: members, betweenNodes: setting.nodes > 1, bytes: Double(setting.bytes), seconds: median,
            linkRate: setting.linkRate, variance: LeastSquares.Equation.Repeats(of: callSeconds))
    }
}

/// The points of one network, trained one way: what may be compared.
public struct ScalingStudy: Sendable {
    public struct Subject: Hashable, Sendable {
        public var model: String
        public var precision: String
        public var gradient: String
        public var optimizer: String
        public var data: String
    }

    public var subject: Subject
    public var measurements: [Measurement]
    public var calls: [CallMeasurement]
    public var warmUps: [ScalingPoint]
    public var failures: [ScalingPoint]

    /// Sorts points into studies; loops of all-reduces belong to those of their number of parameters.
    public static func studies(of points: [ScalingPoint]) -> [ScalingStudy] {
        let training = points.filter { $0.kind != .communication }
        // A simulation need not say what it was of, beyond the model.
        func subject(_ point: ScalingPoint) -> Subject {
            let twin = training.first { $0.source == .measured && $0.model == point.model } ?? point
            return Subject(
                model: point.model ?? "?", precision: point.precision ?? twin.precision ?? "float32",
                gradient: point.gradient ?? twin.gradient ?? "frontprop",
                optimizer: point.optimizer ?? twin.optimizer ?? "sgd", data: point.data ?? twin.data ?? "?")
        }
        return Dictionary(grouping: training, by: subject).map { subject, own in
            let parameters = own.compactMap(\.parameters).first
            let loops = points.filter { $0.kind == .communication && $0.parameters == parameters }
            return ScalingStudy(subject: subject, training: own, loops: loops)
        }.sorted { ($0.subject.model, $0.subject.optimizer) < ($1.subject.model, $1.subject.optimizer) }
    }

    init(subject: Subject, training: [ScalingPoint], loops: [ScalingPoint]) {
        self.subject = subject
        failures = (training + loops).filter(\.failed)
        warmUps = training.filter { $0.warmUp == true && !$0.failed }
        let counted = training.filter { $0.warmUp != true && !$0.failed && ($0.stepSeconds ?? 0) > 0 }
        let settings = counted.compactMap { point in
            StepShape(point).map {
                Measurement.Setting(source: point.source, kind: point.kind, shape: $0, steps: point.steps ?? 1)
            }.map { ($0, point) }
        }
        measurements = Dictionary(grouping: settings, by: \.0).map {
            Measurement(setting: $0.key, points: $0.value.map(\.1).sorted { $0.repeat ?? 0 < $1.repeat ?? 0 })
        }.sorted { Self.order($0) < Self.order($1) }
        let timed = loops.filter { !$0.failed && ($0.callSeconds ?? 0) > 0 && $0.source == .measured }
        calls = Dictionary(grouping: timed) { point in
            CallMeasurement.Setting(
                nodes: point.nodes, ranks: point.ranks, group: point.group ?? "ranks", type: point.type ?? "int64",
                bytes: point.bytes ?? 0, linkRate: point.nodes > 1 ? point.linkRate : nil)
        }.map {
            CallMeasurement(
                setting: $0.key, callSeconds: $0.value.compactMap(\.callSeconds),
                isOversubscribed: $0.value.contains { point in
                    point.coresPerNode.map { $0 * point.nodes < point.ranks } ?? false
                })
        }.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ measurement: Measurement) -> String {
        let (setting, shape) = (measurement.setting, measurement.shape)
        return String(
            format: "%@ %d %9d %9d %9d %9d %15.0f %9d", setting.kind.rawValue, shape.isExact ? 0 : 1, shape.workers,
            shape.nodes, shape.ranks, shape.batchSize, shape.linkRate ?? 0, shape.slices)
    }

    private static func order(_ call: CallMeasurement) -> String {
        let setting = call.setting
        return String(
            format: "%9d %9d %@ %@ %9d %15.0f", setting.nodes, setting.ranks, setting.group, setting.type,
            setting.bytes, setting.linkRate ?? 0)
    }

    public func measured(_ kind: ScalingPoint.Kind) -> [Measurement] {
        measurements.filter { $0.setting.kind == kind && $0.setting.source == .measured }
    }

    public var simulated: [Measurement] { measurements.filter { $0.setting.source == .simulated } }

    /// What speed-ups are relative to: the fewest workers, on the fewest nodes, exact before all-reduce.
    public func base(_ kind: ScalingPoint.Kind) -> Measurement? {
        measured(kind).min {
            ($0.shape.workers, $0.shape.nodes, $0.shape.isExact ? 0 : 1, $0.shape.threads)
                < ($1.shape.workers, $1.shape.nodes, $1.shape.isExact ? 0 : 1, $1.shape.threads)
        }
    }
}

/// A ratio of two medians, with the ends of both intervals taken at their worst.
public struct Ratio: Sendable, Equatable {
    public var value: Double
    public var low: Double
    public var high: Double

    /// How many times faster than `base` a sample is processed, by medians.
    public static func speedUp(of measurement: Measurement, over base: Measurement) -> Ratio {
        let work = Double(measurement.shape.batchSize) / Double(base.shape.batchSize)
        let (own, its) = (measurement.interval, base.interval)
        return Ratio(
            value: work * base.median / measurement.median, low: work * its.low / own.high,
            high: work * its.high / own.low)
    }

    /// The speed-up ÷ the workers, relative to the base's.
    public static func efficiency(of measurement: Measurement, over base: Measurement) -> Ratio {
        let speedUp = speedUp(of: measurement, over: base)
        let factor = Double(base.shape.workers) / Double(measurement.shape.workers)
        return Ratio(value: speedUp.value * factor, low: speedUp.low * factor, high: speedUp.high * factor)
    }
}
