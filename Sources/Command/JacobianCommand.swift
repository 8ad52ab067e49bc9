import ArgumentParser
import Datasets
import Foundation
import Frontprop
import Kernels
import Networks
import Resources
import Storage
import Training

struct JacobianCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "jacobian", abstract: "∂output/∂input of samples, as safetensors and as pictures.",
        discussion: """
            Writes jacobian.safetensors (jacobian [B, n_L, n_0], outputs [B, n_L], inputs [B, n_0], labels [B]), a picture \
            of the mean sensitivity for each class, and all of them in classes.png; without labels only the file. Samples \
            are the run's own unless FILE or --data names others. The matrices of some samples are \
            checked against central differences; exit code 1 when they differ by more than the limit.
            """)

    @OptionGroup var saved: SavedModelOptions
    @Argument(help: "An IDX file of images, or - for one on standard input.")
    var file: String?
    @OptionGroup var sampleOptions: SampleOptions
    @Option(help: "Samples whose matrices are checked, the first of those chosen.")
    var check = 3
    @Option(help: "The folder to write to.")
    var output = "jacobian"

    func validate() throws {
        try requireLimits([("--check", check, 0...samplesRange.upperBound)])
    }

    func runOnFirstRank() throws {
        let (name, file) = try saved.words(file: file)
        let use = try saved.use(name)
        switch use.resolvedPrecision {
        case .float32: try run(Float.self, use, file)
        case .float64: try run(Double.self, use, file)
        }
    }

    private func run<Scalar: Real>(_: Scalar.Type, _ use: ModelUse, _ file: String?) throws {
        let network = try SavedNetwork<Scalar>(use.model)
        let (images, name) = try use.images(sampleOptions.set.part, file: file)
        let chosen = try ChosenSamples(
            images, try sampleOptions.numbers(in: images, defaultCount: 1000), name: name, topology: network.topology,
            target: try use.resolvedTarget().target)
        try refuseTooMany(chosen.samples.count, network.topology, bytes: MemoryLayout<Scalar>.stride)
        let matrices = JacobianFile(network, chosen)
        try AtomicFile.createFolder(output)
        try matrices.write(to: output + "/jacobian.safetensors", name: name)
        if chosen.isLabelled { try writePictures(matrices, chosen, network.topology) }
        try Console.print(
            "\(chosen.samples.count) matrices of \(network.topology.outputCount)×\(network.topology.inputCount) written to "
                + output + (chosen.isLabelled ? "" : "; without labels there are no pictures of classes"))
        if check > 0, try !passes(matrices, chosen, use.model) { throw ExitCode(1) }
    }

    private func refuseTooMany(_ count: Int, _ topology: Topology, bytes: Int) throws {
        let needed = 2 * Double(count) * Double(topology.outputCount) * Double(topology.inputCount) * Double(bytes)
        let there = Double(Memory.bytes)
        guard needed <= there / 2 else {
            throw Failure(
                .usage,
                String(
                    format: "the matrices of %d samples take %.1f GB while they are written; this host has %.1f: "
                        + "choose fewer with --count", count, needed / 1e9, there / 1e9))
        }
    }

    /// A picture for each class, and a sheet of all: mean inputs above mean sensitivities.
    private func writePictures<Scalar>(
        _ matrices: JacobianFile<Scalar>, _ chosen: ChosenSamples, _ topology: Topology
    ) throws {
        let labels = (0..<chosen.samples.count).map { Int(chosen.samples.labels[$0]) }
        var maps = SensitivityMaps(topology: topology, classes: (labels.max() ?? 0) + 1)
        for index in 0..<chosen.samples.count {
            maps.add(matrices.matrix(index), of: UInt32(index), in: chosen.samples)
        }
        let classes = maps.counts.indices.filter { maps.counts[$0] > 0 }
        let largest = classes.flatMap { maps.map($0) }.map(abs).max() ?? 0
        let tiles = classes.map { Pictures.signed(maps.map($0), largest: largest) }
        let single = Pictures(rows: chosen.rows, columns: chosen.columns, scale: 8)
        for (tile, label) in zip(tiles, classes) {
            try single.sheet([[tile]]).write(to: "\(output)/class-\(label).png")
        }
        let means = classes.map { Pictures.ink(maps.meanInput($0)) }
        try Pictures(rows: chosen.rows, columns: chosen.columns, scale: 3)
            .sheet([means, tiles]).write(to: output + "/classes.png")
    }

    private func passes<Scalar>(
        _ matrices: JacobianFile<Scalar>, _ chosen: ChosenSamples, _ model: SavedModel
    ) throws -> Bool {
        let exact = try SavedNetwork<Double>(model)
        let checks = (0..<min(check, chosen.samples.count)).map {
            JacobianCheck(
                matrices.matrix($0), of: UInt32($0), in: chosen.samples, model.network,
                parameters: exact.parameters)
        }
        let worst = checks.indices.max { checks[$0].relative < checks[$1].relative }!
        let passed = checks.allSatisfy(\.passed)
        try Console.print(
            String(
                format: "central differences, %d samples: largest difference %.2e absolute, %.2e relative "
                    + "(limit %.0e) at sample %d, output %d, input %d: %@", checks.count,
                checks.map(\.absolute).max()!, checks[worst].relative, JacobianCheck.limit(Scalar.self),
                chosen.numbers[worst], checks[worst].place.output, checks[worst].place.input,
                passed ? "passed" : "FAILED"))
        return passed
    }
}

/// The matrices of chosen samples, in memory and in a file.
private final class JacobianFile<Scalar: Real> {
    private let values: UnsafeMutableBufferPointer<Scalar>
    private var outputs: [Scalar]
    private let chosen: ChosenSamples
    private let topology: Topology

    init(_ network: SavedNetwork<Scalar>, _ chosen: ChosenSamples) {
        topology = network.topology
        self.chosen = chosen
        let (count, units) = (chosen.samples.count, network.topology.outputCount)
        values = .allocate(capacity: count * units * network.topology.inputCount)
        outputs = [Scalar](repeating: 0, count: count * units)
        let jacobian = Jacobian<Scalar>(network.network, samples: chosen.samples)
        let batch = (0..<count).map(UInt32.init)
        batch.withUnsafeBufferPointer {
            jacobian.matrices(of: $0, parameters: network.parameters, into: values.baseAddress!)
        }
        let pass = ForwardPass<Scalar>(network.network, samples: chosen.samples, capacity: min(count, 250))
        for first in stride(from: 0, to: count, by: 250) {
            let block = batch[first..<min(first + 250, count)]
            outputs.withUnsafeMutableBufferPointer { outputs in
                block.withUnsafeBufferPointer {
                    pass.outputs($0, parameters: network.parameters, into: outputs.baseAddress! + first * units)
                }
            }
        }
    }

    deinit { values.deallocate() }

    /// n_L × n_0 of one sample; valid as long as this object.
    func matrix(_ index: Int) -> UnsafeBufferPointer<Scalar> {
        let size = topology.outputCount * topology.inputCount
        return UnsafeBufferPointer(rebasing: values[index * size..<(index + 1) * size])
    }

    func write(to path: String, name: String) throws {
        let count = chosen.samples.count
        let inputs: [Scalar] = (0..<count).flatMap { chosen.inputs($0) }
        let labels = (0..<count).map { Scalar(chosen.samples.labels[$0]) }
        var tensors = [
            tensor("jacobian", [count, topology.outputCount, topology.inputCount], UnsafeRawBufferPointer(values)),
            outputs.withUnsafeBytes { tensor("outputs", [count, topology.outputCount], $0) },
            inputs.withUnsafeBytes { tensor("inputs", [count, topology.inputCount], $0) },
        ]
        if chosen.isLabelled { tensors.append(labels.withUnsafeBytes { tensor("labels", [count], $0) }) }
        let numbers = chosen.numbers.map(String.init).joined(separator: ",")
        try Safetensors(tensors: tensors, metadata: ["data": name, "samples": numbers]).write(to: path)
    }

    private func tensor(_ name: String, _ shape: [Int], _ bytes: UnsafeRawBufferPointer) -> Safetensors.Tensor {
        Safetensors.Tensor(
            name: name, shape: shape, elementType: Scalar.self == Float.self ? .float32 : .float64, bytes: bytes)
    }
}
