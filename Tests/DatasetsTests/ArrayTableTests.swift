import Datasets
import Foundation
import Testing

@Suite struct ArrayTableTests {
    private let x = doubles("(3, 2)", [1, 2, 3, 4, 5, 6])
    private let y = doubles("(3,)", [7, 8, 9])

    @Test func readsOneArray() throws {
        let file = try table("t.npy", x)
        #expect(file.table.columns.map(\.name) == ["x0", "x1"])
        #expect(file["x0"] == .numbers([1, 3, 5]) && file["x1"] == .numbers([2, 4, 6]))
        #expect(file.table.lines.isEmpty && file.targets.isEmpty)
        #expect(try table("t.npy", y).table.columns == [Table.Column(name: "x", values: .numbers([7, 8, 9]))])
        // Images, one behind the other.
        #expect(try table("t.npy", doubles("(2, 1, 2)", [1, 2, 3, 4]))["x1"] == .numbers([2, 4]))
    }

    /// Exactly, each kind.
    @Test func widens() throws {
        let kinds: [(String, [UInt8], [Double])] = [
            ("<f4", bytes([0.1, -2] as [Float]), [Double(0.1 as Float), -2]), ("|b1", [0, 1], [0, 1]),
            ("|i1", bytes([-7, 1] as [Int8]), [-7, 1]), ("|u1", [255, 1], [255, 1]),
            ("<i2", bytes([-7, 1] as [Int16]), [-7, 1]), ("<u2", bytes([65535, 1] as [UInt16]), [65535, 1]),
            ("<i4", bytes([-7, 1] as [Int32]), [-7, 1]), ("<u4", bytes([.max, 1] as [UInt32]), [4_294_967_295, 1]),
            ("<i8", bytes([-1 << 53, 1] as [Int64]), [-9_007_199_254_740_992, 1]),
            ("<u8", bytes([1 << 63, 1] as [UInt64]), [9_223_372_036_854_775_808, 1]),
        ]
        for (type, elements, numbers) in kinds {
            let file = npy("{'descr': '\(type)', 'fortran_order': False, 'shape': (2,), }\n", elements)
            #expect(try table("t.npy", file)["x"] == .numbers(numbers), "\(type)")
        }
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func readsArchives(isDeflated: Bool, isWide: Bool) throws {
        let file = try table("t.npz", npz(["x": x, "y": y, "z": x], isDeflated: isDeflated, isWide: isWide))
        #expect(file.table.columns.map(\.name) == ["x0", "x1", "y"] && file.targets == ["y"] && file.test == nil)
        #expect(file["x1"] == .numbers([2, 4, 6]) && file["y"] == .numbers([7, 8, 9]))
    }

    /// Many pieces and tiles, none of them whole at the end.
    @Test(arguments: [(1, 70_001), (37, 5003), (70_001, 3)]) func turnsLargeArrays(columns: Int, rows: Int) throws {
        let numbers = (0..<rows * columns).map { Double($0) }
        let expected = (0..<columns).map { column in
            Table.Column(
                name: columns == 1 ? "x" : "x\(column)",
                values: .numbers((0..<rows).map { numbers[$0 * columns + column] }))
        }
        let array = doubles("(\(rows), \(columns))", numbers)
        #expect(try table("t.npy", array).table.columns == expected)
        for isDeflated in [false, true] {
            #expect(try table("t.npz", npz(["x": array], isDeflated: isDeflated)).table.columns == expected)
        }
    }

    @Test func choosesArrays() throws {
        let one = (x: doubles("(1, 2)", [10, 20]), y: doubles("(1,)", [30]))
        let keras = npz(["x_train": x, "y_train": y, "x_test": one.x, "y_test": one.y])
        let file = try table("t.npz", keras)
        #expect(file.table.rowCount == 3 && file.targets == ["y"])
        #expect(file.test?.columns.map(\.values) == [.numbers([10]), .numbers([20]), .numbers([30])])
        let other = npz(["inputs": x, "targets": x, "a": one.x, "b": one.x])
        let asked = try table("t.npz", other, asked: ":inputs,targets")
        #expect(asked.table.columns.map(\.name) == ["x0", "x1", "y0", "y1"] && asked.targets == ["y0", "y1"])
        #expect(try table("t.npz", other, asked: ":a").table.columns.map(\.name) == ["x0", "x1"])
        #expect(try table("t.npz", other, asked: ":inputs,targets,a,b").test?.rowCount == 1)
        #expect(try table("t.npz", npz(["some": x])).table.rowCount == 3)
    }

    @Test func readsSparseRows() throws {
        let text = "1 1:0.5 3:2 # first\n\n# none\n-1 qid:3 2:1e2 3:0\r\n+1\n0.5 17:-1"
        let file = try table("t.svm", text.utf8)
        #expect(file.table.isSparse && file.targets == ["y"])
        #expect(file.table.columns.map(\.name) == ["x1", "x2", "x3", "x17", "y"])
        #expect(file["x1"] == .sparse(Table.SparseNumbers(rows: [0], numbers: [0.5], count: 4)))
        #expect(file.numbers("x2") == [0, 100, 0, 0] && file.numbers("x3") == [2, 0, 0, 0])
        #expect(file.numbers("x17") == [0, 0, 0, -1] && file["y"] == .numbers([1, -1, 1, 0.5]))
        #expect(file.table.lines == [1, 4, 5, 6])
        let many = (0..<300_000).map { "\($0) \($0 % 10):\(Double($0) / 3)" }.joined(separator: "\n")
        let large = try table("t.libsvm", many.utf8)
        #expect(large.table.rowCount == 300_000 && large.table.lines.last == 300_000)
        #expect(large.numbers("x9")[299_999] == 299_999.0 / 3)
    }
}

/// One table in every format, as others write them: Tests/Golden/make-tables.py.
@Suite struct GoldenTableTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/../Golden/tables"

    #if HDF5
        private static let hdf5 = ["table.h5", "table.h5:/group/x,group/y"]
    #else
        private static let hdf5: [String] = []
    #endif

    @Test(arguments: ["table.csv.gz", "table.tsv", "table.npz", "packed.npz"] + hdf5)
    func holdTheSame(_ name: String) throws {
        let csv = try TableFile.read("\(Self.folder)/table.csv").table
        let other = try TableFile.read("\(Self.folder)/\(name)").table
        #expect(csv.rowCount == 40 && csv.columns.map(\.name) == ["x0", "x1", "x2", "y"])
        #expect(other.columns == csv.columns)
    }

    @Test func holdTheSameSparse() throws {
        let csv = try TableFile.read("\(Self.folder)/table.csv").table
        let sparse = try TableFile.read("\(Self.folder)/table.svm").table
        #expect(sparse.columns.map(\.numbers) == csv.columns.map(\.numbers))
    }
}
