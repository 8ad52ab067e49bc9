import Datasets
import RandomNumbers
import Testing

@Suite struct SeparatedValuesTests {
    @Test func readsNumbersAndTexts() throws {
        let file = try csv("a,b,kind\n1,-2.5e3,setosa\n .5 ,+7.,virginica\r\n3,0,setosa")
        #expect(file.table.columns.map(\.name) == ["a", "b", "kind"])
        #expect(file["a"] == .numbers([1, 0.5, 3]))
        #expect(file["b"] == .numbers([-2500, 7, 0]))
        #expect(file["kind"] == .texts(codes: [0, 1, 0], names: ["setosa", "virginica"]))
        #expect(file.table.lines == [2, 3, 4])
        #expect(file.targets.isEmpty && file.faults.isEmpty && file.test == nil && !file.table.isSparse)
    }

    @Test func readsQuotes() throws {
        let text = "\"a, the first\",\"b \"\"quoted\"\"\"\n\"1\",\"x\ny\"\n\"2\", \"say \"\"so\"\"\" \n"
        let file = try csv(text)
        #expect(file.table.columns.map(\.name) == ["a, the first", "b \"quoted\""])
        #expect(file["a, the first"] == .numbers([1, 2]))
        #expect(file["b \"quoted\""] == .texts(codes: [1, 0], names: ["say \"so\"", "x\ny"]))
        #expect(file.table.lines == [2, 4])
    }

    /// A mark at the beginning, empty lines, none at the end, tabs, gzip.
    @Test func readsOtherForms() throws {
        let plain = try csv("a,b\n1,2\n3,4\n").table.columns
        for other in ["\u{FEFF}a,b\n1,2\n3,4", "\n\na,b\r\n1,2\r\n\r\n3,4\r\n\r\n", "a,b\n1,2\n3,4\r"] {
            #expect(try csv(other).table.columns == plain)
        }
        #expect(try table("t.tsv", "a\tb\n1\t2\n3\t4\n".utf8).table.columns == plain)
        #expect(try table("t.csv.gz", gzip(Array("a,b\n1,2\n3,4\n".utf8))).table.columns == plain)
        #expect(try table("t.csv", gzip(Array("a,b\n1,2\n3,4\n".utf8))).table.columns == plain)
        #expect(try table("t.tsv.gz", gzip(Array("a\tb\n1\t2\n3\t4\n".utf8))).table.columns == plain)
    }

    @Test func tellsHeaders() throws {
        #expect(try csv("1,2\n3,4\n").table.columns.map(\.name) == ["column1", "column2"])
        #expect(try csv("1,2\n3,4\n").table.rowCount == 2)
        #expect(try csv("5.1,setosa\n4.9,virginica\n").table.rowCount == 2)
        #expect(try csv("1,2\n3,4\n", hasHeader: true).table.columns.map(\.name) == ["1", "2"])
        #expect(try csv("a,b\nc,d\n", hasHeader: false).table.rowCount == 2)
        #expect(try csv("a,b\nc,d\n").table.rowCount == 1)
        #expect(try csv(",b\n1,2\n").table.columns.map(\.name) == ["column1", "b"])
    }

    @Test func findsMissingValues() throws {
        let file = try csv("a,b,c\n1,,\n,x,NA\nnan,null,\"\"\n4,NaN,N/A\n")
        #expect(file.numbers("a") == [1, nil, nil, 4])
        #expect(file["b"] == .texts(codes: [-1, 0, -1, -1], names: ["x"]))
        #expect(file.numbers("c") == [nil, nil, nil, nil])
    }

    /// A column of numbers with others among them: only who uses it need be told, and where the first is.
    @Test func tellsOfTextsAmongNumbers() throws {
        let file = try csv("a,b\n1,5\n2,\"1,5\"\n3,7\n4,x\n")
        #expect(file.numbers("b") == [5, nil, 7, nil])
        #expect(file.faults.keys.sorted() == ["b"])
        let message = file.faults["b"]!.message
        #expect(message.hasSuffix("table.csv: line 3, column b: expected a number, as in most rows, found \"1,5\""))
        #expect(file.faults["b"]!.status == .badData)
        // Most are texts: all are.
        let texts = try csv("code\n250\nV57\nE11\n")
        #expect(texts["code"] == .texts(codes: [0, 2, 1], names: ["250", "E11", "V57"]))
    }

    /// Many pieces: columns that turn out to be of texts in the last of them, texts that only some pieces have, lines.
    @Test func readsLargeTables() throws {
        let count = 250_000
        func text(_ row: Int) -> String {
            let late = row < 200_000 ? "" : row == 240_000 ? "early" : "late"
            let mixed = row < 100_000 ? "\(row)" : "t\(row % 3)"
            return "\(row),\(Double(row) / 7),k\(row % 5),\(late),\(mixed),\(row == 249_999 ? "oops" : "1")\n"
        }
        let file = try csv("n,x,k,late,mixed,odd\n" + (0..<count).map(text).joined())
        #expect(file["n"] == .numbers((0..<count).map(Double.init)))
        #expect(file["x"] == .numbers((0..<count).map { Double($0) / 7 }))
        #expect(file["k"] == .texts(codes: (0..<count).map { Int32($0 % 5) }, names: ["k0", "k1", "k2", "k3", "k4"]))
        guard case .texts(let codes, let names) = file["late"] else { throw Failed() }
        #expect(names == ["early", "late"] && codes[199_999] == -1 && codes[240_000] == 0 && codes[240_001] == 1)
        guard case .texts(let mixed, let mixedNames) = file["mixed"] else { throw Failed() }
        #expect(mixedNames.count == 100_003 && mixedNames[Int(mixed[99_998])] == "99998")
        #expect(mixedNames[Int(mixed[100_001])] == "t2")
        #expect(file.faults["odd"]?.message.contains("line 250001, column odd") == true)
        #expect(file.table.lines == Array(2...count + 1))
    }

    /// Ends of lines between quotes, all over the places where a text is cut.
    @Test func cutsOutsideQuotes() throws {
        let count = 60_000
        let rows = (0..<count).map {
            "\($0),\"line\nof, \"\"\($0 % 7)\"\"\(String(repeating: "\n", count: $0 % 50))\"\n"
        }
        let file = try csv("n,t\n" + rows.joined())
        #expect(file["n"] == .numbers((0..<count).map(Double.init)))
        guard case .texts(let codes, let names) = file["t"] else { throw Failed() }
        #expect(names.count == 350 && names[Int(codes[1234])] == "line\nof, \"2\"" + String(repeating: "\n", count: 34))
        let lines = (0..<count).reduce(into: [2]) { $0.append($0.last! + 2 + $1 % 50) }.dropLast()
        #expect(file.table.lines == Array(lines))
    }

    @Test func readsAMillionColumns() throws {
        let count = 1_000_000
        let line = (0..<count).map(String.init).joined(separator: ",") + "\n"
        let file = try csv(line + line)
        #expect(file.table.columns.count == count && file.table.rowCount == 2)
        #expect(
            file.table.columns[count - 1] == Table.Column(name: "column1000000", values: .numbers([999_999, 999_999])))
    }

    private struct Failed: Error {}
}

@Suite struct DecimalTests {
    private func number(_ text: String) throws -> Double {
        guard case .numbers(let numbers) = try csv("a\n\(text)\n", hasHeader: true)["a"] else { return .nan }
        return numbers[0]
    }

    /// Numbers that are hard to round, each to its nearest.
    @Test(
        arguments: [
            "9007199254740993", "9007199254740991.5", "1e22", "1e23", "8.5e22", "123456789012345678", "0.1", "0.3e-5",
            "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062328e-324",
            "1.7976931348623157e308", "1.797693134862315807e308", "6631236846766476e-316", "3.237883913302901e-319",
            "104110013277974872254e-225", "12345678901234567890123456789012345678901234567890e-40", "5e-324", "-0",
            "0.000000000000000000000000000000000000000000000000000000012345678901234567", "1e-400", "+.5e+1", "5.e-1",
            "9223372036854775807", "18446744073709551615", "18446744073709551616", "0e999", "1e0000000000000001",
            "3.0517578125e-05", "7.2057594037927933e16", "9214843084008499", "1.00000005960464477550", "30e-325",
        ])
    func roundsToNearest(_ text: String) throws {
        let expected = Double(text.hasPrefix("+") ? String(text.dropFirst()) : text)
        #expect(try number(text).bitPattern == expected?.bitPattern)
    }

    /// Digits are read several at a time: what is next to them among the bytes is none of them, wherever it stands.
    @Test func tellsDigitsFromOthers() throws {
        let others = ["/", ":", "\u{B0}", "\u{B9}", "p", "\u{1}"]
        let digits = "123456789012345678901234"
        let texts = (0..<24).flatMap { count in
            others.flatMap { other in [digits, ""].map { "\(digits.prefix(count))\(other)\($0)" } }
        }
        let lines = texts.joined(separator: "\n")
        guard case .texts(let codes, let names) = try csv("a\n" + lines, hasHeader: true)["a"] else {
            throw CancellationError()
        }
        #expect(codes.map { names[Int($0)] } == texts)
        for count in 1...24 {
            let number = String(digits.prefix(count))
            #expect(try csv("a\n" + number, hasHeader: true)["a"] == .numbers([Double(number)!]))
            #expect(try csv("a\n0." + number, hasHeader: true)["a"] == .numbers([Double("0." + number)!]))
        }
    }

    /// As the standard library reads them: numbers of all sizes, as they are printed and with digits more or less.
    @Test func agreesWithTheLibrary() throws {
        var random = PhiloxSequence(Philox(seed: 1, purpose: .check, stream: 21))
        var texts: [String] = []
        for index in 0..<400_000 {
            switch index % 4 {
            case 0: texts.append("\(Double(bitPattern: .random(in: 0...UInt64.max, using: &random)))")
            case 1: texts.append("\(Double.random(in: -1000...1000, using: &random))")
            case 2:
                let digits =
                    UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0...63, using: &random)
                texts.append("\(digits)e\(Int.random(in: -340...310, using: &random))")
            default:
                let digits = UInt64.random(in: 0...UInt64.max, using: &random)
                texts.append("0.\(digits)\(digits % 1000)e\(Int.random(in: -30...30, using: &random))")
            }
        }
        texts = texts.filter { Double($0)?.isFinite == true }
        let file = try csv("a\n" + texts.joined(separator: "\n"), hasHeader: true)
        guard case .numbers(let numbers) = file["a"] else { throw CancellationError() }
        #expect(numbers.count == texts.count)
        let wrong = zip(texts, numbers).filter { Double($0)?.bitPattern != $1.bitPattern }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }
}
