import Storage

/// A training set and a test set of images of one size.
public struct Dataset: Sendable, Equatable {
    /// Where it came from: a folder, or what generated it.
    public let name: String
    public let train: ImageSet
    public let test: ImageSet

    /// - Precondition: the images of both sets have the same size.
    public init(name: String, train: ImageSet, test: ImageSet) {
        precondition(train.rows == test.rows && train.columns == test.columns, "images of one size")
        self.name = name
        self.train = train
        self.test = test
    }

    /// The sets of a dataset, as its files' names call them.
    public enum Part: String, Sendable, CaseIterable {
        case train = "train"
        case test = "t10k"

        /// The standard name of the plain file of images: `train-images-idx3-ubyte`.
        public var imagesFileName: String { "\(rawValue)-images-idx3-ubyte" }
        /// The standard name of the plain file of labels: `train-labels-idx1-ubyte`.
        public var labelsFileName: String { "\(rawValue)-labels-idx1-ubyte" }
    }

    /// Reads the four IDX files of MNIST's names in `directory`, plain or gzipped, the large ones side by side.
    ///
    /// - Throws: `Failure`: `.missingInput` when the folder or a file is not there; `.badData` when a file is broken,
    ///   the images and labels are not equally many, a label is above 9, a set is empty, or the two sets' images
    ///   differ in size; `.inputOutput` when a file cannot be read.
    public static func load(directory: String) throws -> Dataset {
        let sets = try concurrently(Part.allCases) { try load($0, directory: directory) }
        let (train, test) = (sets[0], sets[1])
        guard train.rows == test.rows, train.columns == test.columns else {
            throw Failure(
                .badData,
                "\(directory): the training images are \(train.rows)×\(train.columns) pixels, the test images "
                    + "\(test.rows)×\(test.columns); expected one size")
        }
        return Dataset(name: directory, train: train, test: test)
    }

    /// Reads only one of the two sets; see `load(directory:)`.
    public static func load(_ part: Part, directory: String) throws -> ImageSet {
        let imagesPath = try find(part.imagesFileName, directory: directory)
        let labelsPath = try find(part.labelsFileName, directory: directory)
        let images = try IDXArray.read(path: imagesPath)
        let labels = try IDXArray.read(path: labelsPath)
        return try ImageSet(images: images, imagesName: imagesPath, labels: labels, labelsName: labelsPath)
    }

    /// The path of the file of this standard name; some mirrors write `.idx3` for `-idx3`. Plain comes before gzipped.
    private static func find(_ standardName: String, directory: String) throws -> String {
        guard isThere(directory) else { throw Failure(.missingInput, "there is no folder \(directory)") }
        let plain = [standardName, standardName.replacing("-idx", with: ".idx")]
        let names = plain + plain.map { $0 + ".gz" }
        guard let name = names.first(where: { isThere("\(directory)/\($0)") }) else {
            throw Failure(
                .missingInput,
                "\(directory) holds no \(standardName), nor \(names[1...].joined(separator: ", "))")
        }
        return "\(directory)/\(name)"
    }
}

extension ImageSet {
    /// Images and labels that belong together, checked; the names stand for the two files in messages.
    ///
    /// - Throws: `Failure` with `.badData`, as `Dataset.load` says.
    public init(images: IDXArray, imagesName: String, labels: IDXArray, labelsName: String) throws {
        guard images.dimensions.count == 3 else {
            throw Failure(
                .badData,
                "\(imagesName): expected images (magic number 00 00 08 03), found an array of rank "
                    + "\(images.dimensions.count)")
        }
        guard labels.dimensions.count == 1 else {
            throw Failure(
                .badData,
                "\(labelsName): expected labels (magic number 00 00 08 01), found an array of rank "
                    + "\(labels.dimensions.count)")
        }
        guard !images.bytes.isEmpty else {
            throw Failure(.badData, "\(imagesName): expected images, found none")
        }
        guard images.dimensions[0] == labels.dimensions[0] else {
            throw Failure(
                .badData,
                "\(labelsName) holds \(labels.dimensions[0]) labels, \(imagesName) \(images.dimensions[0]) images; "
                    + "expected as many")
        }
        if let index = labels.bytes.firstIndex(where: { $0 > 9 }) {
            throw Failure(
                .badData,
                "\(labelsName): label \(index) is \(labels.bytes[index]); expected digits, 0 to 9")
        }
        self.init(
            rows: images.dimensions[1], columns: images.dimensions[2], images: images.bytes, labels: labels.bytes)
    }
}
