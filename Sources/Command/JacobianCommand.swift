import ArgumentParser
import Frontprop
import Kernels
import Networks
import Storage

struct JacobianCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
        commandName: "jacobian",
        abstract: "∂output/∂input of samples, in the data's units, and of images as pictures.",
        discussion: """
            Of images writes jacobian.safetensors (jacobian [B, n_L, n_0], outputs [B, n_L], inputs [B, n_0], labels [B]), a \
            picture of the mean sensitivity for each class, and all of them in classes.png; without labels only the file. Of a \
            table's rows jacobian.npz: the same in the units of its columns, with rows [B], input_names and output_names. \
            Samples are the run's own unless FILE or --data names others. The matrices of some samples are \
            checked against central differences; exit code 1 when they differ by more than the limit.
            """)

    @OptionGroup var saved: SavedModelOptions
    @Argument(help: "A table, - for a CSV on standard input; of images an IDX file, or - for one.")
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
        let choice = sampleOptions.choice(standard: .first(1000))
        let checks =
            if use.model.columns == nil {
                try ofImages(network, use, try use.samples(sampleOptions.set, file: file, choice))
            } else {
                try ofRows(network, use, try use.rows(sampleOptions.set, file: file, choice))
            }
        guard let checks else { return }
        try Console.print(checks)
        if !checks.passed { throw ExitCode(1) }
    }

    private func ofRows<Scalar: Real>(
        _ network: SavedNetwork<Scalar>, _ use: ModelUse, _ chosen: ChosenRows
    ) throws -> JacobianChecks? {
        let jacobians = try RowJacobians(network, chosen)
        try AtomicFile.createFolder(output)
        try jacobians.write(to: output + "/jacobian.npz")
        try sayWritten(chosen.count, network.topology)
        return try jacobians.check(first: check, of: use.model)
    }

    private func ofImages<Scalar: Real>(
        _ network: SavedNetwork<Scalar>, _ use: ModelUse, _ chosen: ChosenSamples
    ) throws -> JacobianChecks? {
        let jacobians = try SampleJacobians(network, chosen)
        try AtomicFile.createFolder(output)
        try jacobians.write(to: output + "/jacobian.safetensors")
        let maps = jacobians.maps()
        if let maps { try writePictures(maps, rows: chosen.rows, columns: chosen.columns) }
        try sayWritten(
            chosen.count, network.topology, maps == nil ? "; without labels there are no pictures of classes" : "")
        return try jacobians.check(first: check, of: use.model)
    }

    private func sayWritten(_ count: Int, _ topology: Topology, _ more: String = "") throws {
        try Console.print(
            "\(counted(count, "matrix", "matrices")) of \(topology.outputCount)×\(topology.inputCount) written to \(output)\(more)"
        )
    }

    /// A picture for each class, and a sheet of all: mean inputs above mean sensitivities.
    private func writePictures(_ maps: SensitivityMaps, rows: Int, columns: Int) throws {
        let classes = maps.counts.indices.filter { maps.counts[$0] > 0 }
        let largest = classes.flatMap { maps.map($0) }.map(abs).max() ?? 0
        let tiles = classes.map { Pictures.signed(maps.map($0), largest: largest) }
        let single = Pictures(rows: rows, columns: columns, scale: 8)
        for (tile, label) in zip(tiles, classes) {
            try single.sheet([[tile]]).write(to: "\(output)/class-\(label).png")
        }
        let means = classes.map { Pictures.ink(maps.meanInput($0)) }
        try Pictures(rows: rows, columns: columns, scale: 3).sheet([means, tiles]).write(to: output + "/classes.png")
    }
}
