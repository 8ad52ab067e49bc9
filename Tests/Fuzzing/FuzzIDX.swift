import Datasets
import Storage

/// One input for the IDX reader: a `Failure` with `.badData`, or an array that can be written and read again, and is images
/// or labels, or refused as such.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIDX(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let array = try IDXArray.parse(UnsafeRawBufferPointer(start: start, count: count), name: "fuzz")
        let declared = array.dimensions.reduce(1, *)
        precondition(array.bytes.count == declared * array.element.size, "as many elements as declared")
        switch array.numbers {
        case .float32(let numbers): precondition(numbers.count == declared, "a number for each")
        case .float64(let numbers): precondition(numbers.count == declared, "a number for each")
        }
        let again = try array.fileBytes().withUnsafeBytes { try IDXArray.parse($0, name: "again") }
        precondition(again == array, "written and read again, the array differs")
        try use(array)
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz: ") == true, "unexpected message: \(error)")
    }
    return 0
}

private func use(_ array: IDXArray) throws {
    let count = array.dimensions[0]
    if array.dimensions.count == 3 {
        let images = try ImageSet(images: array, imagesName: "fuzz")
        precondition(images.imageArray == array && images.count == count, "the images are the array")
    } else if (1...4096).contains(count) {
        // As the labels of as many images of one pixel.
        let pixels = ImageSet(rows: 1, columns: 1, images: [UInt8](repeating: 0, count: count)).imageArray
        let labelled = try ImageSet(images: pixels, imagesName: "pixels", labels: array, labelsName: "fuzz")
        precondition(labelled.labels.count == count, "a label for each image")
    }
}
