import Storage

extension IDXArray {
    /// Elements as numbers, each as it is: float32 where that holds all of their type.
    public enum Numbers: Sendable, Equatable {
        case float32([Float])
        case float64([Double])
    }

    /// - Complexity: one pass over the elements.
    public var numbers: Numbers {
        let count = bytes.count / element.size
        return bytes.withUnsafeBytes { bytes in
            switch element {
            case .unsignedByte, .signedByte, .int16, .float32:
                .float32((0..<count).map { Float(Self.number($0, of: element, in: bytes)) })
            case .int32, .float64: .float64((0..<count).map { Self.number($0, of: element, in: bytes) })
            }
        }
    }

    /// The class of each sample: the elements of rank 1, or of rank 2 the first column (QMNIST has more to say of a digit).
    ///
    /// - Throws: `Failure` with `.badData` for another rank, and for what is no whole number in 0…255.
    func classes(name: String) throws -> [UInt8] {
        let columns = dimensions.count == 1 ? 1 : dimensions[1]
        guard dimensions.count <= 2, columns > 0 else {
            throw Failure(
                .badData,
                "\(name): expected labels (magic number 00 00 08 01), found an array of rank \(dimensions.count)")
        }
        if element == .unsignedByte && columns == 1 { return bytes }
        return try bytes.withUnsafeBytes { bytes in
            try (0..<dimensions[0]).map { row in
                let value = Self.number(row * columns, of: element, in: bytes)
                guard let label = UInt8(exactly: value) else {
                    let found = value.isNaN ? "not a number" : DelimitedText.text(value)
                    throw Failure(.badData, "\(name): label \(row) is \(found); expected classes, 0 to 255")
                }
                return label
            }
        }
    }

    /// The element at a place; a float64 holds those of any type.
    private static func number(_ place: Int, of element: Element, in bytes: UnsafeRawBufferPointer) -> Double {
        var word: UInt64 = 0
        for offset in place * element.size..<(place + 1) * element.size { word = word << 8 | UInt64(bytes[offset]) }
        return switch element {
        case .unsignedByte: Double(word)
        case .signedByte: Double(Int8(truncatingIfNeeded: word))
        case .int16: Double(Int16(truncatingIfNeeded: word))
        case .int32: Double(Int32(truncatingIfNeeded: word))
        case .float32: Double(Float(bitPattern: UInt32(word)))
        case .float64: Double(bitPattern: word)
        }
    }
}
