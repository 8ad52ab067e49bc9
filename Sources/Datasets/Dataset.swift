import Foundation
import Resources
import Storage

/// A training set and a test set of images of one size.
public struct Dataset: Sendable, Equatable {
    /// Where it came from: a folder, or what generated it.
    public let name: String
    public let train: ImageSet
    public let test: ImageSet
    /// The largest label and one more; of a part of a set, of all of it.
    public let classCount: Int

    /// - Parameter classCount: nil for what the labels say.
    /// - Precondition: the images of both sets have labels and the same size.
    public init(name: String, train: ImageSet, test: ImageSet, classCount: Int? = nil) {
        precondition(train.isLabelled && test.isLabelled, "samples to learn from")
        precondition(train.rows == test.rows && train.columns == test.columns, "images of one size")
        self.name = name
        self.train = train
        self.test = test
        self.classCount = classCount ?? 1 + Int([train, test].compactMap { $0.labels.max() }.max() ?? 0)
    }

    /// The sets of a dataset, as its files' names call them.
    public enum Part: String, Sendable, CaseIterable {
        case train = "train"
        case test = "t10k"

        /// The standard name of the plain file of images: `train-images-idx3-ubyte`.
        public var imagesFileName: String { "\(rawValue)-images-idx3-ubyte" }
        /// The standard name of the plain file of labels: `train-labels-idx1-ubyte`.
        public var labelsFileName: String { "\(rawValue)-labels-idx1-ubyte" }
        /// The standard names for each type of elements, unsigned bytes first.
        var imagesFileNames: [String] { IDXArray.Element.allCases.map { "\(rawValue)-images-idx3-\($0.title)" } }
        /// Likewise; and QMNIST's: the class in the first of several columns.
        var labelsFileNames: [String] {
            IDXArray.Element.allCases.map { "\(rawValue)-labels-idx1-\($0.title)" } + ["\(rawValue)-labels-idx2-int"]
        }
    }

    /// The set that `part` stands for.
    public subscript(part: Part) -> ImageSet { part == .train ? train : test }

    /// The first samples of both sets; all of a set whose limit is nil.
    ///
    /// - Precondition: limits are not negative.
    public func prefix(train: Int?, test: Int?) -> Dataset {
        Dataset(
            name: name, train: self.train.prefix(train ?? self.train.count),
            test: self.test.prefix(test ?? self.test.count), classCount: classCount)
    }

    /// Reads the four IDX files of MNIST's names in `directory`, plain or gzipped, the large ones side by side.
    ///
    /// - Throws: `Failure`: `.missingInput` when the folder or a file is not there; `.badData` when a file is broken,
    ///   the images and labels are not equally many, a set is empty, or the two sets' images differ in size or in the
    ///   type of their pixels; `.inputOutput` when a file cannot be read.
    public static func load(directory: String) throws -> Dataset {
        let sets = try concurrently(Part.allCases) { try load($0, directory: directory) }
        let (train, test) = (sets[0], sets[1])
        guard train.rows == test.rows, train.columns == test.columns else {
            throw Failure(
                .badData,
                "\(directory): the training images are \(train.rows)×\(train.columns) pixels, the test images "
                    + "\(test.rows)×\(test.columns); expected one size")
        }
        guard train.element == test.element else {
            throw Failure(
                .badData,
                "\(directory): the training images are of type \(train.element.title), the test images of type "
                    + "\(test.element.title); expected one type")
        }
        return Dataset(name: directory, train: train, test: test)
    }

    /// Reads only one of the two sets; see `load(directory:)`.
    ///
    /// - Parameter needsLabels: without, images whose labels are not there are read alone.
    public static func load(_ part: Part, directory: String, needsLabels: Bool = true) throws -> ImageSet {
        guard try isThere(directory) else { throw Failure(.missingInput, "there is no folder \(directory)") }
        let imagesPath = try require(part.imagesFileNames, in: directory)
        let labelsPath =
            needsLabels
            ? try require(part.labelsFileNames, in: directory) : try find(part.labelsFileNames, in: directory)
        return try ImageSet.read(images: imagesPath, labels: labelsPath)
    }

    /// As `find`. - Throws: `.missingInput` where there is none.
    private static func require(_ standardNames: [String], in directory: String) throws -> String {
        if let path = try find(standardNames, in: directory) { return path }
        let others = spellings(of: [standardNames[0]]).dropFirst().joined(separator: ", ")
        let types = IDXArray.Element.allCases.dropFirst().map { "-\($0.title)" }.joined(separator: ", ")
        throw Failure(
            .missingInput, "\(directory) holds no \(standardNames[0]), nor \(others), nor one that ends in \(types)")
    }

    /// The path of the file of one of these standard names, nil where there is none.
    private static func find(_ standardNames: [String], in directory: String) throws -> String? {
        try spellings(of: standardNames).map { "\(directory)/\($0)" }.first(where: isThere)
    }

    /// Some mirrors write `.idx3` for `-idx3`. Plain comes before gzipped.
    private static func spellings(of standardNames: [String]) -> [String] {
        let plain = standardNames.flatMap { [$0, $0.replacing("-idx", with: ".idx")] }
        return plain + plain.map { $0 + ".gz" }
    }
}

extension ImageSet {
    /// The images in an IDX file, with the labels in another where its path is given.
    ///
    /// - Throws: `Failure`, as `Dataset.load` says.
    public static func read(images imagesPath: String, labels labelsPath: String?) throws -> ImageSet {
        let images = try IDXArray.read(path: imagesPath)
        guard let labelsPath else { return try ImageSet(images: images, imagesName: imagesPath) }
        let labels = try IDXArray.read(path: labelsPath)
        return try ImageSet(images: images, imagesName: imagesPath, labels: labels, labelsName: labelsPath)
    }

    /// Images without labels, checked; the name stands for the file in messages.
    ///
    /// - Throws: `Failure` with `.badData`, as `Dataset.load` says.
    public init(images: IDXArray, imagesName: String) throws {
        guard images.dimensions.count == 3 else {
            throw Failure(
                .badData,
                "\(imagesName): expected images (magic number 00 00 08 03), found an array of rank "
                    + "\(images.dimensions.count)")
        }
        guard !images.bytes.isEmpty else {
            throw Failure(.badData, "\(imagesName): expected images, found none")
        }
        self.init(
            rows: images.dimensions[1], columns: images.dimensions[2], images: images.bytes, element: images.element)
    }

    /// Images and labels that belong together, checked; the names stand for the two files in messages.
    ///
    /// - Throws: `Failure` with `.badData`, as `Dataset.load` says.
    public init(images: IDXArray, imagesName: String, labels: IDXArray, labelsName: String) throws {
        let set = try ImageSet(images: images, imagesName: imagesName)
        guard labels.dimensions[0] == set.count else {
            throw Failure(
                .badData,
                "\(labelsName) holds \(counted(labels.dimensions[0], "label")), \(imagesName) \(counted(set.count, "image")); expected as "
                    + "many")
        }
        self.init(
            rows: set.rows, columns: set.columns, images: set.images, labels: try labels.classes(name: labelsName),
            element: set.element)
    }
}

/// Whether something is at `path`.
///
/// - Throws: `Failure` with `.inputOutput` where that is not to be known: a folder on the way that may not be entered.
func isThere(_ path: String) throws -> Bool {
    if access(path, F_OK) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else {
        throw Failure(.inputOutput, "cannot open \(path)", errno: errno)
    }
    return false
}
