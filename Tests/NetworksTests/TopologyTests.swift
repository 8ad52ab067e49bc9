import Networks
import Testing

@Suite struct TopologyTests {
    @Test func namesAndSizes() throws {
        #expect(Topology("classifier")?.sizes == [784, 16, 16, 10])
        #expect(Topology("autoencoder")?.sizes == [784, 64, 784])
        let topology = try #require(Topology("784x30x10"))
        #expect(topology.sizes == [784, 30, 10])
        #expect(topology.depth == 2)
        #expect(topology.inputCount == 784)
        #expect(topology.outputCount == 10)
        #expect(topology.description == "784x30x10")
        #expect(Topology(topology.description) == topology)
        #expect(Topology("784x30x11") != topology)
        #expect(Topology("1048576x1")?.parameterCount == 1_048_577)
    }

    @Test(arguments: [
        "", "x", "784", "784x", "x10", "784xx10", "784x0x10", "784x-1x10", "784X10", "784 x 10", "784x10 ", "784×10",
        "784x1e2", "784x10.0", "Classifier", "classifierx10", "1048577x1", "1048576x1048576", "32768x65535x1",
        "99999999999999999999x1",
    ])
    func badTextIsRefused(_ text: String) {
        #expect(Topology(text) == nil)
    }

    @Test func badSizesAreRefused() {
        #expect(Topology(sizes: []) == nil)
        #expect(Topology(sizes: [3]) == nil)
        #expect(Topology(sizes: [3, 0]) == nil)
        #expect(Topology(sizes: [3, Int.max]) == nil)
        #expect(Topology(sizes: [3, Int.min]) == nil)
    }

    @Test func parametersLieOneAfterTheOther() throws {
        let topology = try #require(Topology(sizes: [7, 5, 1, 3]))
        #expect((0..<3).map(topology.weights) == [0, 40, 46])
        #expect((0..<3).map(topology.biases) == [35, 45, 49])
        #expect(topology.parameterCount == 52)
        #expect((0..<52).map(topology.layer) == (0..<52).map { $0 < 40 ? 0 : $0 < 46 ? 1 : 2 })
        #expect(Topology.classifier.parameterCount == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10)
    }

    @Test func tensorsAreNamedAndShapedAsInPyTorch() throws {
        let tensors = try #require(Topology(sizes: [7, 5, 3])).tensors
        #expect(tensors.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
        #expect(tensors.map(\.shape) == [[5, 7], [5], [3, 5], [3]])
        #expect(tensors.map(\.count) == [35, 5, 15, 3])
        #expect(tensors.map(\.offset) == [0, 35, 40, 55])
    }

    @Test func filesAreOutputMajorAndMemoryIsInputMajor() throws {
        let topology = try #require(Topology(sizes: [2, 3]))
        var parameters: [Float] = [11, 21, 31, 12, 22, 32, 1, 2, 3]  // weight "ij" leads from input j to output i
        #expect(topology.tensors[0].export(from: parameters) == [11, 12, 21, 22, 31, 32])
        #expect(topology.tensors[1].export(from: parameters) == [1, 2, 3])
        topology.tensors[0].place([Float(1), 2, 3, 4, 5, 6], into: &parameters)
        topology.tensors[1].place([Float(7), 8, 9], into: &parameters)
        #expect(parameters == [1, 3, 5, 2, 4, 6, 7, 8, 9])
    }

    @Test(arguments: ["7x5x1x3", "1x1", "17x33x16"])
    func whatIsExportedComesBack(_ text: String) throws {
        let topology = try #require(Topology(text))
        let parameters = (0..<topology.parameterCount).map(Double.init)
        var back = [Double](repeating: -1, count: topology.parameterCount)
        for tensor in topology.tensors { tensor.place(tensor.export(from: parameters), into: &back) }
        #expect(back == parameters)
    }
}
