import Datasets
import Foundation
import Kernels
import MPI
import Storage
import Testing

@testable import Frontprop
@testable import Networks
@testable import Training

/// What is made of a trained network, without a process of its own.
@Suite struct ModelUseTests {
    /// A network of 784 units, three and ten, with weights of this size, in a file.
    private func model(_ folder: String, scale: Float, _ activation: Activation = .sigmoid) throws -> SavedModel {
        let network = Network(
            Topology(sizes: [784, 3, 10])!, hidden: HiddenActivations(activation), head: Head(activation, .mse))
        let parameters = (0..<network.topology.parameterCount).map { scale * Float(sin(Double(7 * $0 + 3))) }
        let path = folder + "/model.safetensors"
        try WeightsFile.write(parameters, of: network, to: path)
        return try SavedModel(path)
    }

    private func use(_ model: SavedModel) -> ModelUse {
        var use = ModelUse(model)
        (use.data, use.trainLimit, use.testLimit) = ("synthetic", 10, 700)
        return use
    }

    @Test func choosesSamples() throws {
        let images = ImageSet(rows: 1, columns: 1, images: [UInt8](0..<9), labels: [UInt8](0..<9))
        func numbers(_ choice: SampleChoice) throws -> [Int] { try choice.numbers(in: images, set: "test") }
        #expect(try numbers(.all) == Array(0..<9))
        #expect(try numbers(.first(3)) == [0, 1, 2])
        #expect(try numbers(.first(20)) == Array(0..<9))
        #expect(try numbers(.ranges([8...8, 0...1, 8...8])) == [8, 0, 1, 8])
        let beyond = Failure(.usage, "there is no sample 9: the test set has 0 to 8")
        #expect(throws: beyond) { try numbers(.ranges([0...0, 2...9])) }
    }

    /// More samples than a pass takes at once, in an order of their own, by the network written out.
    @Test(arguments: [Precision.float32, .float64]) func predictsByDefinition(precision: Precision) throws {
        switch precision {
        case .float32: try predict(Float.self, tolerance: 1e-5)
        case .float64: try predict(Double.self, tolerance: 1e-12)
        }
    }

    private func predict<Scalar: Real>(_: Scalar.Type, tolerance: Double) throws {
        try Folder.withTemporary("predict") { folder in
            let model = try model(folder, scale: 0.5)
            let (network, exact) = (try SavedNetwork<Scalar>(model), try SavedNetwork<Double>(model))
            let chosen = try use(model).samples(.test, file: nil, .ranges([600...699, 0...599]))
            var index = 0
            try network.predict(chosen) { found in
                #expect(found.sample == (index + 600) % 700 && found.label == chosen.label(index))
                let expected = ScalarNetwork<Double>(
                    model.network, parameters: exact.parameters, inputs: chosen.inputs(index)
                ).outputs
                #expect(zip(found.outputs, expected).allSatisfy { abs(Double($0) - $1) < tolerance })
                #expect(found.answer == found.outputs.firstIndex(of: found.outputs.max()!))
                index += 1
            }
            #expect(index == 700)
        }
    }

    @Test func jacobiansAndWhatIsMadeOfThem() throws {
        try Folder.withTemporary("jacobian") { folder in
            let model = try model(folder, scale: 0.1)
            let network = try SavedNetwork<Double>(model)
            let chosen = try use(model).samples(.test, file: nil, .ranges([20...22, 5...5]))
            let jacobians = try SampleJacobians(network, chosen)
            let checks = try #require(try jacobians.check(first: 10, of: model))
            #expect(checks.passed && checks.description.contains("4 samples"))
            #expect(try jacobians.check(first: 0, of: model) == nil)
            let maps = try #require(jacobians.maps())
            #expect(maps.counts.reduce(0, +) == 4)
            let label = try #require(chosen.label(3))
            if maps.counts[label] == 1 {
                #expect(maps.map(label) == Array(jacobians.matrix(3)[label * 784..<(label + 1) * 784]))
            }

            let path = folder + "/jacobian.safetensors"
            try jacobians.write(to: path)
            let file = try Safetensors.read(path)
            let shapes = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.shape) })
            #expect(shapes == ["jacobian": [4, 10, 784], "outputs": [4, 10], "inputs": [4, 784], "labels": [4]])
            #expect(file.metadata["samples"] == "20,21,22,5")
            let outputs = try #require(file.tensors.first { $0.name == "outputs" }).bytes.withUnsafeBytes {
                Array($0.bindMemory(to: Double.self))
            }
            var predicted: [Double] = []
            try network.predict(chosen) { predicted += $0.outputs }
            #expect(outputs == predicted)
        }
    }

    /// Images that nobody knows the classes of.
    @Test func withoutLabels() throws {
        try Folder.withTemporary("unlabelled") { folder in
            let model = try model(folder, scale: 0.1)
            try DataSource.synthetic(seed: 1, trainCount: 2, testCount: 3).write(to: folder)
            let file = "\(folder)/\(Dataset.Part.test.imagesFileName)"
            let chosen = try ModelUse(model).samples(.test, file: file, .all)
            #expect(chosen.count == 3 && !chosen.isLabelled && chosen.label(0) == nil && chosen.name == file)
            let network = try SavedNetwork<Float>(model)
            try network.predict(chosen) { #expect($0.label == nil && $0.answer != nil) }
            let jacobians = try SampleJacobians(network, chosen)
            #expect(jacobians.maps() == nil)
            try jacobians.write(to: folder + "/jacobian.safetensors")
            #expect(try Safetensors.read(folder + "/jacobian.safetensors").tensors.count == 3)
        }
    }

    /// Finite weights whose sums are not: said, and no answer made of them.
    @Test func sumsThatOverflow() throws {
        try Folder.withTemporary("overflow") { folder in
            let model = try model(folder, scale: 3e38, .relu)
            let use = use(model)
            let chosen = try use.samples(.test, file: nil, .first(5))
            let network = try SavedNetwork<Float>(model)
            func status(_ body: () throws -> Void) -> Storage.ExitStatus? {
                do { try body() } catch { return (error as? Failure)?.status }
                return nil
            }
            #expect(status { try network.predict(chosen) { _ in } } == .diverged)
            #expect(status { _ = try SampleJacobians(network, chosen) } == .diverged)
            let world = try MPI.Environment.start().world
            #expect(
                status { try ModelUse.evaluate(on: world, threads: 1, { use }, tell: { _ in Issue.record("told") }) }
                    == .diverged)
            // In Double there is room.
            try SavedNetwork<Double>(model).predict(chosen) { found in #expect(found.outputs.allSatisfy { $0.isFinite })
            }
        }
    }
}
