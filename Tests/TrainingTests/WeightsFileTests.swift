import Foundation
import Kernels
import Networks
import Storage
import Testing

@testable import Training

/// Parameters in files, and back.
@Suite struct WeightsFileTests {
    private let count = Topology.tiny.parameterCount

    private func parameters<Scalar: Real>(_: Scalar.Type = Scalar.self) -> [Scalar] {
        (0..<count).map { Scalar($0) + 0.25 }
    }

    /// PyTorch's names and order, a row for each unit.
    @Test func tensorsAreAsPyTorchHasThem() {
        let tensors = WeightsFile.tensors(parameters(Float.self), of: .tiny)
        #expect(tensors.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
        #expect(tensors.map(\.shape) == [[3, 2], [3], [2, 3], [2]])
        // W⁰ lies in memory with a row for each input.
        let weights = tensors[0].bytes.withUnsafeBytes { bytes in
            (0..<6).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        #expect(weights == [0.25, 3.25, 1.25, 4.25, 2.25, 5.25])
    }

    @Test func filesGiveBackWhatWasWritten() throws {
        try check(Float.self)
        try check(Double.self)
    }

    private func check<Scalar: Real>(_: Scalar.Type) throws {
        try Folder.withTemporary("weights") { folder in
            let path = folder + "/model.safetensors"
            try Safetensors(tensors: WeightsFile.tensors(parameters(Scalar.self), of: .tiny)).write(to: path)
            var read = [Scalar](repeating: 0, count: count)
            try WeightsFile.read(path, into: &read, of: .tiny)
            #expect(read == parameters())
            // The numbers are such that both precisions hold them.
            var other = [Double](repeating: 0, count: count)
            try WeightsFile.read(path, into: &other, of: .tiny)
            #expect(other == parameters())
        }
    }

    /// The hash is that of the file's bytes, tensor after tensor.
    @Test func theHashIsOfTheTensorsBytes() {
        let bytes = WeightsFile.tensors(parameters(Double.self), of: .tiny).flatMap(\.bytes)
        #expect(
            WeightsFile.hash(parameters(Double.self), of: .tiny)
                == bytes.withUnsafeBytes { SHA256Digest.hex(of: $0) })
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let tensors = WeightsFile.tensors(parameters(Float.self), of: .tiny)
        let others = WeightsFile.tensors([Float](repeating: 0, count: 8), of: Topology(sizes: [1, 2, 1])!)
        var bad = parameters(Float.self)
        bad[8] = .nan
        try expectFailure(Array(tensors.dropLast()), "expected the tensor 2.bias")
        try expectFailure(others, "0.weight has shape [2, 1], expected [3, 2]")
        try expectFailure(WeightsFile.tensors(bad, of: .tiny), "0.bias holds nan at element 2")
        try expectFailure(tensors + WeightsFile.tensors(bad, of: .tiny, prefix: "more."), "holds more.0.weight")
    }

    private func expectFailure(_ tensors: [Safetensors.Tensor], _ message: String) throws {
        try Folder.withTemporary("weights") { folder in
            let path = folder + "/model.safetensors"
            try Safetensors(tensors: tensors).write(to: path)
            var read = [Float](repeating: 0, count: count)
            let failure = #expect(throws: Failure.self) { try WeightsFile.read(path, into: &read, of: .tiny) }
            #expect(failure?.status == .badData && failure?.message.hasPrefix(path + ": ") == true)
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        }
    }

    /// A checkpoint's velocity lies beside the parameters, under a name of its own.
    @Test func prefixesTellNetworksApart() throws {
        let velocity = parameters(Float.self).map { -$0 }
        let all =
            WeightsFile.tensors(parameters(Float.self), of: .tiny)
            + WeightsFile.tensors(velocity, of: .tiny, prefix: "velocity.")
        var read = [Float](repeating: 0, count: count)
        try WeightsFile.place(all, of: "it", prefix: "velocity.", into: &read, .tiny)
        #expect(read == velocity)
    }
}
