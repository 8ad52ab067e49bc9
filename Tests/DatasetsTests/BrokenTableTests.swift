import Datasets
import Foundation
import Storage
import Testing

/// Files of tables that are not as they should be, each with what is said of it.
@Suite struct BrokenTableTests {
    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let file: [UInt8]
        let asked: String
        let status: Storage.ExitStatus
        let words: [String]

        init(
            _ name: String, _ file: [UInt8], asked: String = "", _ status: Storage.ExitStatus = .badData,
            _ words: String...
        ) {
            (self.name, self.file, self.asked, self.status, self.words) = (name, file, asked, status, words)
        }

        init(_ text: String, _ words: String...) {
            (name, file, asked, status, self.words) = ("t.csv", Array(text.utf8), "", .badData, words)
        }

        var testDescription: String { "\(name)\(asked): \(words.joined(separator: " … "))" }
    }

    static let texts: [Broken] = [
        Broken("", "expected a table, found nothing"),
        Broken("\u{FEFF}", "expected a table, found nothing"),
        Broken("\n\r\n\n", "expected a table, found nothing"),
        Broken("a,b,c\n", "expected rows, found the names of 3 columns"),
        Broken("a,b,c\n1,2,3\n4,5\n", "line 3:", "expected 3 values", "found 2"),
        Broken("a,b,c\n1,2,3,4\n", "line 2:", "expected 3 values", "found 4"),
        Broken("a,b,c\n1,2,3\n\n\n4,5,6,7,8,9", "line 5:", "expected 3 values", "found 6"),
        Broken("a,b\n1,\"x\n2,y\n3,z\n", "line 2:", "a quote that is not closed"),
        Broken("a,b\n\"x\ny\",1\n\"z,2\n", "line 4:", "a quote that is not closed"),
        Broken("a,b\n1,\"x\"y\n", "line 2:", "text behind the quote that ends a value"),
        Broken("a,b\n1,5\" pipe\n", "line 2:", "a quote within a value"),
        Broken("\"a,b\n1,2\n", "line 1:", "a quote that is not closed"),
        Broken("a,b\n1,2\n3,\0\n", "line 3:", "a byte that is zero"),
        Broken("a,b\n1,2\r3,4\n", "line 2:", "a carriage return that no newline follows"),
        Broken("a,b,a\n1,2,3\n", "line 1:", "columns 1 and 3 are both named a"),
        Broken("column2,\n1,2\n", "columns 1 and 2 are both named column2"),
        Broken("a;b;c\n1;2;3\n", "separated by commas", "semicolons", "\"a;b;c\""),
        Broken("a\tb\n1\t2\n", "separated by commas", "tabs"),
        Broken("t.tsv", Array("a,b\n1,2\n".utf8), .badData, "separated by tabs", "commas"),
        Broken("t.csv", [0xFF, 0xFE, 0x61, 0, 0x2C, 0], .badData, "expected UTF-8", "UTF-16"),
        Broken("t.csv", [0xFE, 0xFF, 0, 0x61, 0, 0x2C], .badData, "expected UTF-8", "UTF-16"),
        Broken("t.csv", Array("a,b\n1,caf".utf8) + [0xE9, 0x0A], .badData, "line 2, column b", "not UTF-8"),
        Broken("t.csv", [0x61, 0x2C, 0xE9, 0x0A, 0x31, 0x2C, 0x32], .badData, "line 1", "column 2", "UTF-8"),
        Broken(
            "t.csv", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D], .badData, "line 3", "is zero"),
        Broken("t.csv.gz", Array(gzip(Array("a,b\n1,2\n".utf8)).dropLast(9)), .badData, "ends too early"),
        Broken("t.csv", [0x1F, 0x8B], .badData, "ends too early"),
        Broken("t.tsv.gz", gzip(Array("a\tb\n1\t2\n".utf8)) + [1], .badData, "something that is not gzip follows"),
        Broken("t.csv.gz", gzip([]), .badData, "expected a table, found nothing"),
        Broken("t.csv", Array("a\n1\n".utf8), asked: ":x", .usage, ".npz"),
        Broken("t.xlsx", [1], .usage, "t.xlsx", ".csv", ".npz", ".h5", ".svm"),
        Broken("t.csv", [1], asked: ".missing.csv", .missingInput, "there is no file"),
    ]

    /// What is no number in a column of them: a fault of that column alone.
    static let numbers = [
        "1e999", "-1e309", "1,5", "inf", "-Infinity", "0x1F", "1_000", "1 000", "1.2.3", "12a", "--1", "1e", "１", "1e+",
        ".",
        "?", "missing", "1/2", "5%", "$7",
    ]

    private static func header(_ type: String, _ shape: String = "(2, 1)", fortran: String = "False") -> String {
        "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
    }

    private static let two = bytes([1.0, 2])
    static let arrays: [Broken] = [
        Broken("t.npy", [], .badData, "93 NUMPY"),
        Broken("t.npy", Array("a,b\n1,2\n".utf8), .badData, "93 NUMPY"),
        Broken("t.npy", Array(doubles("(2, 1)", [1, 2]).dropLast()), .badData, "2×1", "16 bytes", "15 follow"),
        Broken("t.npy", doubles("(2, 1)", [1, 2, 3]), .badData, "2×1", "24 follow"),
        Broken("t.npy", npy(header("|O"), [0x80, 4]), .badData, "elements of one of <f4", "\"|O\""),
        Broken("t.npy", npy(header("<f8", fortran: "True"), two), .badData, "fortran_order: True"),
        Broken("t.npy", npy(header(">f8"), two), .badData, "elements of one of", "\">f8\""),
        Broken("t.npy", npy(header("<c16", "(1,)"), two), .badData, "\"<c16\""),
        Broken("t.npy", npy(header("<U4", "(1,)"), two), .badData, "\"<U4\""),
        Broken("t.npy", npy(header("<f2", "(8,)"), two), .badData, "\"<f2\""),
        Broken("t.npy", npy(header("<M8[D]"), two), .badData, "\"<M8[D]\""),
        Broken(
            "t.npy", npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", two), .badData, "descr"),
        Broken("t.npy", npy(header("<f8", "()"), bytes([1.0])), .badData, "rows of numbers", "shape []"),
        Broken("t.npy", doubles("(0, 4)", []), .badData, "rows of numbers", "shape [0, 4]"),
        Broken("t.npy", doubles("(4, 0)", []), .badData, "rows of numbers", "shape [4, 0]"),
        Broken("t.npy", npy(header("<f8"), version: 4, two), .badData, "4.0"),
        Broken("t.npz", [], .badData, "not a zip file"),
        Broken("t.npz", doubles("(2,)", [1, 2]), .badData, "not a zip file"),
        Broken("t.npz", Array(npz(["x": doubles("(2,)", [1, 2])]).dropLast()), .badData, "truncated"),
        Broken("t.npz", Array(npz(["x": doubles("(2,)", [1, 2])]).dropFirst(40)), .badData, "truncated"),
        Broken("t.npz", npz([:]), .badData, "expected arrays x and y", "no array"),
        Broken("t.npz", npz(["a": [], "b": []]), .badData, "expected arrays x and y", "t.npz:inputs,targets", "a, b"),
        Broken("t.npz", npz(["a": [], "b": []]), asked: ":a,c", .badData, "no array c", "a, b"),
        Broken("t.npz", npz(["a": [], "b": []]), asked: ":a,b,a", .usage, "3 names"),
        Broken(
            "t.npz", npz(["x": doubles("(2,)", [1, 2]), "y": doubles("(1,)", [1])]), .badData, "y holds 1 row, x 2"),
        Broken("t.npz", npz(["x": [1, 2, 3]]), .badData, "t.npz, x", "93 NUMPY"),
        Broken("t.npz", npz(["x": npy(header("|O"), [1])], isDeflated: true), .badData, "t.npz, x", "\"|O\""),
        Broken(
            "t.npz", npz(["x_train": doubles("(2,)", [1, 2]), "x_test": doubles("(1, 2)", [1, 2])]), .badData,
            "to test with",
            "2 columns"),
        Broken("t.npz", zip(method: 12), .badData, "method 12", "stored or deflated"),
        Broken("t.npz", zip(flags: 1), .badData, "encrypted"),
        Broken("t.npz", zip(checksum: 7), .badData, "checksum", "damaged"),
        Broken("t.npz", zip(isDeflated: true, checksum: 7), .badData, "checksum", "damaged"),
        Broken("t.npz", zip(method: 8), .badData, "compressed data"),
        Broken("t.svm", [], .badData, "expected rows, found none"),
        Broken("t.svm", Array("# nothing\n\n".utf8), .badData, "expected rows, found none"),
        Broken("t.svm", Array("1 1:2\nyes 1:2\n".utf8), .badData, "line 2", "a label that is a number", "\"yes\""),
        Broken("t.svm", Array("1 1:2 3\n".utf8), .badData, "line 1", "index:value", "\"3\""),
        Broken("t.svm", Array("1 a:2\n".utf8), .badData, "line 1", "index:value", "\"a:2\""),
        Broken("t.svm", Array("1 -1:2\n".utf8), .badData, "line 1", "index:value", "\"-1:2\""),
        Broken("t.svm", Array("1 1:1e999\n".utf8), .badData, "line 1", "index:value", "\"1:1e999\""),
        Broken("t.svm", Array("1 1:2\n1 2:2 2:3\n".utf8), .badData, "line 2", "ascend", "2 behind 2"),
        Broken("t.svm", Array("1 1:2\n1 2:2 1:\0\n".utf8), .badData, "line 2", "is zero"),
    ]

    #if HDF5
        private static func golden(_ name: String) -> [UInt8] {
            let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            return (try? Data(contentsOf: tests.appending(path: "Golden/tables/\(name)"))).map(Array.init) ?? []
        }
        static let hdf5: [Broken] = [
            Broken("t.h5", [], .badData, "not an HDF5 file, or truncated"),
            Broken("t.hdf5", Array("a,b\n1,2\n".utf8), .badData, "not an HDF5 file, or truncated"),
            Broken("t.nc", Array(golden("table.h5").dropLast(100)), .badData, "not an HDF5 file, or truncated"),
            Broken("t.h5", golden("table.h5"), asked: ":/nothing,y", .badData, "holds no array /nothing, but", "x, y"),
            Broken("t.h5", golden("table.h5"), asked: ":group,y", .badData, "holds no array", "x, y"),
            Broken("t.h5", golden("table.h5"), asked: ":text", .badData, "t.h5, text", "elements of another type"),
            Broken("t.h5", golden("table.h5"), asked: ":x,group/other", .badData, "holds no array group/other"),
        ]
    #else
        static let hdf5 = [Broken("t.h5", [], .usage, "built without HDF5")]
    #endif

    private static func zip(
        isDeflated: Bool = false, method: UInt16? = nil, flags: UInt16 = 0, checksum: UInt32? = nil
    ) -> [UInt8] {
        let content = doubles("(2,)", [1, 2])
        return ZipFile(entries: [
            ZipFile.Entry(
                name: "x.npy", content: content, isDeflated: isDeflated, method: method, flags: flags,
                checksum: checksum)
        ]).bytes
    }

    @Test(arguments: texts + arrays + hdf5) func refuses(_ broken: Broken) {
        let failure = #expect(throws: Failure.self) { try table(broken.name, broken.file, asked: broken.asked) }
        #expect(failure?.status == broken.status)
        for word in [broken.name] + broken.words {
            #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
        }
    }

    @Test(arguments: numbers) func tells(_ text: String) throws {
        let file = try csv("a,b\n1,2\n1,\"\(text)\"\n1,3\n")
        #expect(file.numbers("b") == [2, nil, 3])
        #expect(file.faults["b"]?.status == .badData)
        #expect(file.faults["b"]?.message.contains("line 3, column b") == true)
        #expect(file.faults["b"]?.message.contains(text) == true, "\(file.faults["b"]?.message ?? "")")
    }

    @Test func refusesFolders() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/t.csv", withIntermediateDirectories: false)
            expectFailure(.badData, naming: "t.csv", "expected a file") { _ = try TableFile.read(folder + "/t.csv") }
        }
    }
}
