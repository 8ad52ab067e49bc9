import Storage

extension IDXArray {
    /// The plain IDX file that holds this array, as bytes.
    ///
    /// - Precondition: at most 255 dimensions, each below 2³².
    /// - Complexity: copies the elements once.
    public func fileBytes() -> [UInt8] { header + bytes }

    /// What stands before the elements.
    private var header: [UInt8] {
        precondition(dimensions.count <= UInt8.max, "the format counts dimensions in a byte")
        let magic: [UInt8] = [0, 0, element.rawValue, UInt8(dimensions.count)]
        let sizes = dimensions.flatMap { size in
            withUnsafeBytes(of: UInt32(size).bigEndian, [UInt8].init)
        }
        return magic + sizes
    }

    /// Writes the plain IDX file that holds this array, atomically.
    ///
    /// - Throws: as `AtomicFile.write(_:to:)`.
    public func write(to path: String) throws {
        try AtomicFile.write(fileBytes(), to: path)
    }

    /// SHA-256 of the plain file, as `sha256sum` prints it, whether the array was read from it or from a gzipped one.
    public func sha256() -> String {
        var digest = SHA256Digest()
        for part in [header, bytes] { part.withUnsafeBytes { digest.update($0) } }
        return digest.hex
    }
}

extension ImageSet {
    /// The images as an IDX array of rank 3.
    public var imageArray: IDXArray {
        IDXArray(element: element, dimensions: [count, rows, columns], bytes: images)
    }

    /// The labels as an IDX array of rank 1.
    public var labelArray: IDXArray { IDXArray(dimensions: [count], bytes: labels) }
}

extension Dataset {
    /// Writes the four plain IDX files of MNIST's names into `directory`, which is made when it is not there; each
    /// file is written atomically.
    ///
    /// - Throws: `Failure` with `.cannotWrite` or `.inputOutput`.
    public func write(to directory: String) throws {
        try AtomicFile.createFolder(directory)
        for (part, set) in [(Part.train, train), (.test, test)] {
            try set.imageArray.write(to: "\(directory)/\(part.imagesFileName)")
            try set.labelArray.write(to: "\(directory)/\(part.labelsFileName)")
        }
    }
}
