/// Images of one size with their labels, as bytes; or without, where nobody knows them.
public struct ImageSet: Sendable, Equatable {
    /// How many images.
    public let count: Int
    public let rows: Int
    public let columns: Int
    /// The pixels, count × rows × columns, row-major; 0 is background, 255 is ink.
    public let images: [UInt8]
    /// The class of each image, from 0; empty where the labels are not known.
    public let labels: [UInt8]

    /// - Precondition: `images` holds `labels.count` × `rows` × `columns` bytes.
    public init(rows: Int, columns: Int, images: [UInt8], labels: [UInt8]) {
        precondition(images.count == labels.count * rows * columns, "as many images as labels")
        count = labels.count
        self.rows = rows
        self.columns = columns
        self.images = images
        self.labels = labels
    }

    /// Images alone.
    ///
    /// - Precondition: images of no pixels are none; `images` holds a multiple of `rows` × `columns` bytes.
    public init(rows: Int, columns: Int, images: [UInt8]) {
        precondition(rows * columns > 0 && images.count.isMultiple(of: rows * columns), "whole images")
        count = images.count / (rows * columns)
        self.rows = rows
        self.columns = columns
        self.images = images
        labels = []
    }

    /// Whether the images' classes are known.
    public var isLabelled: Bool { labels.count == count }

    /// Pixels of one image.
    public var pixelCount: Int { rows * columns }

    /// The first `count` samples; all of them when there are not so many.
    ///
    /// - Precondition: `count` is not negative.
    /// - Complexity: copies the samples that are kept, nothing when all are.
    public func prefix(_ count: Int) -> ImageSet {
        guard count < self.count else { return self }
        let kept = Array(images.prefix(count * pixelCount))
        guard isLabelled else { return ImageSet(rows: rows, columns: columns, images: kept) }
        return ImageSet(rows: rows, columns: columns, images: kept, labels: Array(labels.prefix(count)))
    }
}
