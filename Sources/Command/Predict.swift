import ArgumentParser
import Datasets
import Frontprop
import Kernels
import Networks
import Storage

struct Predict: FirstRankCommand {
    static let configuration = CommandConfiguration(
        abstract: "Outputs for samples, as CSV, JSON lines or an array of NumPy's.",
        discussion: """
            Of the run's own data unless FILE or --data names others, which need no labels. Of a table a row's outputs have \
            the names of its columns or classes, in its units; what is known beside is shown, and outside is 1 of rows with a \
            value beyond those that the network learned from. For an autoencoder of images, --pictures shows what it makes of \
            its inputs: inputs above, outputs below.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case csv, jsonl, npy }

    @OptionGroup var saved: SavedModelOptions
    @Argument(help: "A table, - for a CSV on standard input; of images an IDX file, or - for one.")
    var file: String?
    @Option(help: "The network that the file must hold: classifier, autoencoder, or sizes [whatever it holds].")
    var model: String?
    @OptionGroup var sampleOptions: SampleOptions
    @Option(help: "csv; jsonl: an object a line; npy: the outputs alone, [N, outputs].")
    var format = Format.csv
    @Option(help: "Write to this file instead of standard output.")
    var output: String?
    @Option(help: "Write a PNG of the first samples, their outputs below; for networks with an output for each input.")
    var pictures: String?

    private static var picturesAcross: Int { 10 }
    private static var mostPictures: Int { 50 }

    func validate() throws {
        if let model { _ = try parseTopology(model) }
    }

    func runOnFirstRank() throws {
        let (name, file) = try saved.words(file: file)
        let use = try saved.use(name)
        let found = use.model
        if let model, try parseTopology(model) != found.topology {
            throw Failure(
                .badData, "\(found.path): expected the network \(try parseTopology(model)), found \(found.topology)")
        }
        for path in [output, pictures].compactMap(\.self) { try AtomicFile.check(path) }
        switch use.resolvedPrecision {
        case .float32: try run(Float.self, use, file)
        case .float64: try run(Double.self, use, file)
        }
    }

    private func run<Scalar: Real & NumPyNumber>(_: Scalar.Type, _ use: ModelUse, _ file: String?) throws {
        let network = try SavedNetwork<Scalar>(use.model)
        if use.model.columns == nil { try ofImages(network, use, file) } else { try ofRows(network, use, file) }
    }

    // MARK: Tables

    private func ofRows<Scalar: Real>(_ network: SavedNetwork<Scalar>, _ use: ModelUse, _ file: String?) throws {
        if pictures != nil { throw Failure(.usage, "--pictures is of images: \(use.model.path) learned from a table") }
        let chosen = try use.rows(sampleOptions.set, file: file, sampleOptions.choice(standard: .all))
        guard format == .npy else {
            let row = RowText(chosen, isJSON: format == .jsonl)
            let text = TextOutput(output)
            try text.write(row.header)
            try network.predict(chosen, each: row.line) { lines in try text.write(lines.joined()) }
            return try text.finish()
        }
        var outputs: [Double] = []
        try network.predict(chosen, each: \.outputs) { outputs += $0.joined() }
        try write(NPYFile(outputs, shape: [chosen.count, network.topology.outputCount]))
    }

    private func write(_ array: NPYFile) throws {
        guard let output else { return try Console.write(array.bytes) }
        try AtomicFile.write(array.bytes, to: output)
    }

    // MARK: Images

    private func ofImages<Scalar: Real & NumPyNumber>(
        _ network: SavedNetwork<Scalar>, _ use: ModelUse, _ file: String?
    ) throws {
        if pictures != nil, network.topology.outputCount != network.topology.inputCount {
            throw Failure(
                .usage, "--pictures needs a network with an output for each input, \(network.topology) is none")
        }
        let chosen = try use.samples(sampleOptions.set, file: file, sampleOptions.choice(standard: .all))
        let text = TextOutput(output)
        var outputs: [Scalar] = []
        if format != .npy { try text.write(header(network.topology, chosen.samples.target)) }
        var shown: [[Double]] = []
        try network.predict(chosen) { prediction in
            if format == .npy { outputs += prediction.outputs } else { try text.write(line(prediction)) }
            if shown.count < Self.mostPictures { shown.append(prediction.outputs.map(Double.init)) }
        }
        if format == .npy {
            try write(NPYFile(outputs, shape: [chosen.count, network.topology.outputCount]))
        } else {
            try text.finish()
        }
        if let pictures { try draw(chosen, shown, to: pictures) }
    }

    private func header(_ topology: Topology, _ target: Target) -> String {
        guard format == .csv else { return "" }
        let names = target == .inputs ? ["sample", "label"] : ["sample", "label", "answer"]
        return (names + (0..<topology.outputCount).map { "output_\($0)" }).joined(separator: ",") + "\n"
    }

    /// One sample: its number in the set, its label and the answer where they are known, and all outputs.
    private func line<Scalar: Real>(_ prediction: Prediction<Scalar>) -> String {
        let label = prediction.label.map { "\($0)" }
        let answer = prediction.answer.map { "\($0)" }
        let texts = prediction.outputs.map { "\($0)" }
        if format == .csv {
            let fields = ["\(prediction.sample)", label ?? ""] + [answer].compactMap(\.self) + texts
            return fields.joined(separator: ",") + "\n"
        }
        let named = (label.map { "\"label\":\($0)," } ?? "") + (answer.map { "\"answer\":\($0)," } ?? "")
        return "{\"sample\":\(prediction.sample),\(named)\"outputs\":[\(texts.joined(separator: ","))]}\n"
    }

    /// Rows of inputs, each with the outputs below.
    private func draw(_ chosen: ChosenSamples, _ outputs: [[Double]], to path: String) throws {
        var tiles: [[[[UInt8]]]] = []
        for first in stride(from: 0, to: outputs.count, by: Self.picturesAcross) {
            let line = first..<min(first + Self.picturesAcross, outputs.count)
            tiles.append(line.map { Pictures.ink(chosen.inputs($0)) })
            tiles.append(line.map { Pictures.ink(outputs[$0]) })
        }
        try Pictures(rows: chosen.rows, columns: chosen.columns, scale: 3).sheet(tiles).write(to: path)
    }
}

/// Text to standard output as it comes, or to a file when all is there.
private final class TextOutput {
    private let path: String?
    private var kept = ""

    init(_ path: String?) { self.path = path }

    func write(_ text: String) throws {
        kept += text
        if path == nil, kept.utf8.count > 1 << 16 { try flush() }
    }

    func finish() throws {
        if let path { try AtomicFile.write(kept, to: path) } else { try flush() }
    }

    private func flush() throws {
        try Console.write(kept)
        kept = ""
    }
}
