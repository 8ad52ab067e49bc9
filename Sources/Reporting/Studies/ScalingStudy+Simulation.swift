import Foundation

extension ScalingStudy {
    /// What lines of simulated points are told apart by.
    private struct Network: Hashable {
        var kind: ScalingPoint.Kind
        var batchSize: Int
        var slices: Int
        var linkRate: Double?
        var latency: Double?
        var algorithm: StepShape.Algorithm

        init(_ measurement: Measurement) {
            kind = measurement.setting.kind
            batchSize = measurement.shape.batchSize
            slices = measurement.shape.slices
            linkRate = measurement.points.compactMap(\.linkRate).first
            latency = measurement.points.compactMap(\.latency).first
            algorithm = measurement.shape.algorithm
        }

        /// As much as tells `all` apart.
        func name(among all: [Network]) -> String {
            var words = [kind == .weak ? "weak" : "batch \(batchSize)"]
            if Set(all.map(\.slices)).count > 1 { words.append("\(slices) slices") }
            if Set(all.map(\.linkRate)).count > 1, let linkRate { words.append(Quantity.bits(perSecond: linkRate)) }
            if Set(all.map(\.latency)).count > 1, let latency { words.append("latency \(Quantity.seconds(latency))") }
            if Set(all.map(\.algorithm)).count > 1 { words.append(algorithm.rawValue) }
            return words.joined(separator: ", ")
        }
    }

    /// Simulated points beside what the model says of the same nodes and network.
    func addSimulation(model: StepModel, errors: String, to page: inout Page) {
        let simulated = simulated
        guard !simulated.isEmpty else { return }
        page.heading("Simulated clusters, beside the model")
        let notes = simulated.flatMap(\.points).compactMap(\.note).distinct
        page.add(
            """
            <p>Not measured on a cluster: points of a simulation, and the model's prediction for the nodes and the network that \
            were simulated. \(errors)</p>
            \(notes.map { "<p class=\"soft\">\($0)</p>" as Markup }.joined())
            """)
        let networks = simulated.map(Network.init).distinct
        let series = networks.enumerated().flatMap { index, network -> [Chart.Series] in
            let own = simulated.filter { Network($0) == network }
            let color = [1, 2, 3, 4, 5, 7, 8][index % 7]
            let name = network.name(among: networks)
            func points(_ value: (Measurement) -> Double?) -> [Chart.Point] {
                own.compactMap { one in
                    value(one).map { Chart.Point(x: Double(one.shape.workers), y: $0 * 1e6) }
                }
            }
            return [
                Chart.Series(
                    name: "model, \(name)", color: color, style: .dashed,
                    points: points {
                        let own = model.of($0)
                        return own.objection(to: $0.shape) == nil ? own.stepSeconds($0.shape) : nil
                    }),
                Chart.Series(name: "simulated, \(name)", color: color, style: .crosses, points: points(\.median)),
            ]
        }
        page.add([
            Chart(
                title: "Simulated and predicted steps", x: "workers", y: "microseconds", isLogX: true, isLogY: true,
                ticks: Chart.ticks(simulated.map { Double($0.shape.workers) }.distinct), content: .lines(series))
        ])
        page.add(simulationTable(simulated, model))
    }

    /// Both sides by what they go into, so that it is seen where they differ.
    private func simulationTable(_ simulated: [Measurement], _ model: StepModel) -> Markup {
        let rows = simulated.map { one -> [Markup] in
            let own = model.of(one)
            let predicted = own.objection(to: one.shape) == nil ? own.stepSeconds(one.shape) : nil
            let compute = own.terms(one.shape)[.compute] ?? 0
            let network = Network(one)
            func seconds(_ value: (Double) -> Double) -> Markup {
                predicted.map { .seconds(value($0)) } ?? "<span class=\"soft\">not predicted</span>"
            }
            return [
                "\(one.layout)", "\(one.shape.batchSize)", "\(one.shape.slices)",
                "\(network.linkRate.map(Quantity.bits(perSecond:)) ?? "–")",
                "\(network.latency.map(Quantity.seconds) ?? "–")", "\(network.algorithm.rawValue)",
                .seconds(one.median), seconds { $0 },
                predicted.map { .number($0 / one.median - 1, Quantity.percent($0 / one.median - 1)) } ?? "–",
                one.phases.map { .seconds($0.compute) } ?? "–", seconds { _ in compute },
                one.phases.map { .seconds(max(0, one.median - $0.compute)) } ?? "–", seconds { $0 - compute },
                .hashes(one.hashes),
            ]
        }
        return .table(
            [
                "Layout", "Batch", "Slices", "Link", "Latency", "All-reduce", "Step, simulated", "Step, model",
                "Difference",
                "Compute, simulated", "Compute, model", "Rest, simulated", "Rest, model", "Weights",
            ], rows)
    }
}
