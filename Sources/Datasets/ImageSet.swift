/// Images of one size with their labels; or without, where nobody knows them.
public struct ImageSet: Sendable, Equatable {
    /// How many images.
    public let count: Int
    public let rows: Int
    public let columns: Int
    /// What a pixel is. An unsigned byte stands for 0…1: 0 is background, 255 is ink; any other is the number that it is.
    public let element: IDXArray.Element
    /// The pixels, count × rows × columns, row-major, as an IDX file has them.
    public let images: [UInt8]
    /// The class of each image, from 0; empty where the labels are not known.
    public let labels: [UInt8]

    /// - Precondition: `images` holds `labels.count` × `rows` × `columns` pixels.
    public init(
        rows: Int, columns: Int, images: [UInt8], labels: [UInt8], element: IDXArray.Element = .unsignedByte
    ) {
        precondition(images.count == labels.count * rows * columns * element.size, "as many images as labels")
        count = labels.count
        self.rows = rows
        self.columns = columns
        self.element = element
        self.images = images
        self.labels = labels
    }

    /// Images alone.
    ///
    /// - Precondition: images of no pixels are none; `images` holds a multiple of `rows` × `columns` pixels.
    public init(rows: Int, columns: Int, images: [UInt8], element: IDXArray.Element = .unsignedByte) {
        let size = rows * columns * element.size
        precondition(size > 0 && images.count.isMultiple(of: size), "whole images")
        count = images.count / size
        self.rows = rows
        self.columns = columns
        self.element = element
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
        let kept = Array(images.prefix(count * pixelCount * element.size))
        guard isLabelled else { return ImageSet(rows: rows, columns: columns, images: kept, element: element) }
        return ImageSet(
            rows: rows, columns: columns, images: kept, labels: Array(labels.prefix(count)), element: element)
    }
}
