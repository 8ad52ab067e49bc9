/// Images of one size with their labels, as bytes.
public struct ImageSet: Sendable, Equatable {
    /// How many images.
    public let count: Int
    public let rows: Int
    public let columns: Int
    /// The pixels, count × rows × columns, row-major; 0 is background, 255 is ink.
    public let images: [UInt8]
    /// The digit that each image shows, 0…9.
    public let labels: [UInt8]

    /// - Precondition: `images` holds `labels.count` × `rows` × `columns` bytes; no label is above 9.
    public init(rows: Int, columns: Int, images: [UInt8], labels: [UInt8]) {
        precondition(images.count == labels.count * rows * columns, "as many images as labels")
        count = labels.count
        self.rows = rows
        self.columns = columns
        self.images = images
        self.labels = labels
    }

    /// Pixels of one image.
    public var pixelCount: Int { rows * columns }

    /// The first `count` samples; all of them when there are not so many.
    ///
    /// - Precondition: `count` is not negative.
    /// - Complexity: copies the samples that are kept, nothing when all are.
    public func prefix(_ count: Int) -> ImageSet {
        guard count < self.count else { return self }
        return ImageSet(
            rows: rows, columns: columns, images: Array(images.prefix(count * pixelCount)),
            labels: Array(labels.prefix(count)))
    }
}
