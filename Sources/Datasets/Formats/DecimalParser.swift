/// Decimal numbers as texts have them, `-12.5e-3`: correctly rounded, whatever the locale.
///
/// Digits are read eight at a time. Of up to 19 the number is found by one multiplication by the first 128 bits of a power of
/// five (Lemire, "Number Parsing at a Gigabyte per Second", 2021; the proof that 128 bits are enough: Mushtak and Lemire,
/// 2023). What that does not decide, subnormal numbers and those of more digits, is Swift's to read.
struct DecimalParser: @unchecked Sendable {
    typealias Place = UnsafePointer<UInt8>

    static let shared = DecimalParser()

    /// Powers of ten from -reach to reach.
    private static let reach = 300
    /// 5^q at q + reach, its first 128 bits: those of negative q rounded up where 64 of their bits are not exact.
    private let powersOfFive: UnsafePointer<UInt128>
    /// 10^0 to 10^8.
    private let powersOfTen: UnsafePointer<UInt64>

    private init() {
        let fives = UnsafeMutablePointer<UInt128>.allocate(capacity: 2 * Self.reach + 1)
        var power = WholeNumber(1)
        for q in 0...Self.reach {
            fives[Self.reach + q] = power.firstBits
            if q > 0 { fives[Self.reach - q] = power.reciprocal + (q <= 27 ? 1 : 0) }
            power.multiply(by: 5)
        }
        powersOfFive = UnsafePointer(fives)
        let tens = UnsafeMutablePointer<UInt64>.allocate(capacity: 9)
        tens[0] = 1
        for q in 1...8 { tens[q] = tens[q - 1] * 10 }
        powersOfTen = UnsafePointer(tens)
    }

    /// The number that begins at `start`, and where it ends: the longest that fits. Nil where none begins.
    ///
    /// What is too large is infinite.
    @inline(__always)
    func parse(_ start: Place, upTo end: Place) -> (value: Double, end: Place)? {
        guard start < end else { return nil }
        let isNegative = start.pointee == ASCII.minus
        // Without a branch, as signs are not to be foreseen.
        var place = start + ((isNegative ? 1 : 0) | (start.pointee == ASCII.plus ? 1 : 0))
        let first = place
        var digits: UInt64 = 0
        pass(&place, upTo: end, into: &digits)
        var count = place - first
        var exponent = 0
        if place < end, place.pointee == ASCII.point {
            place += 1
            let fraction = place
            pass(&place, upTo: end, into: &digits)
            exponent = fraction - place
            count -= exponent
        }
        guard count > 0 else { return nil }
        if place < end, place.pointee | 0x20 == ASCII.e { exponent += passExponent(&place, upTo: end) }
        let isShort = count <= 19 || count - leadingZeros(first, upTo: place) <= 19
        guard isShort, let size = value(digits, timesTenTo: exponent) else { return (slow(start, place), place) }
        return (Double(bitPattern: size.bitPattern | (isNegative ? 1 << 63 : 0)), place)
    }

    /// What overflows has too many digits, and is read otherwise.
    @inline(__always)
    private func pass(_ place: inout Place, upTo end: Place, into digits: inout UInt64) {
        while end - place >= 8 {
            // The first byte is the lowest.
            let word = UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
            let values = word ^ 0x3030_3030_3030_3030
            // The highest bit of each byte that is no digit, up to the first at least.
            let others = (values &+ 0x7676_7676_7676_7676 | values) & 0x8080_8080_8080_8080
            if others == 0 {
                digits = digits &* 100_000_000 &+ Self.number(ofDigits: values)
                place += 8
                continue
            }
            let count = others.trailingZeroBitCount >> 3
            // Zeros in front of the digits, in the place of what is behind them; no shift may be of all 64 bits.
            let half = UInt64(truncatingIfNeeded: 4 &* (8 &- count))
            digits = digits &* powersOfTen[count] &+ Self.number(ofDigits: (values &<< half) &<< half)
            place += count
            return
        }
        while place < end {
            let digit = place.pointee &- ASCII.zero
            guard digit < 10 else { return }
            digits = digits &* 10 &+ UInt64(digit)
            place += 1
        }
    }

    /// The number of eight digits, a byte each, of which the lowest is the first: by twos, by fours, all.
    @inline(__always)
    private static func number(ofDigits digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ digits &>> 8
        let low = (pairs & 0x0000_00FF_0000_00FF) &* (100 + 1_000_000 << 32)
        let high = (pairs &>> 16 & 0x0000_00FF_0000_00FF) &* (1 + 10_000 << 32)
        return (low &+ high) &>> 32
    }

    /// 0, and nothing passed, where no exponent is.
    private func passExponent(_ place: inout Place, upTo end: Place) -> Int {
        var next = place + 1
        let isNegative = next < end && next.pointee == ASCII.minus
        if isNegative || next < end && next.pointee == ASCII.plus { next += 1 }
        var exponent = 0
        let first = next
        while next < end, next.pointee &- ASCII.zero < 10 {
            exponent = min(exponent * 10 + Int(next.pointee &- ASCII.zero), 1 << 40)
            next += 1
        }
        guard next > first else { return 0 }
        place = next
        return isNegative ? -exponent : exponent
    }

    private func leadingZeros(_ first: Place, upTo end: Place) -> Int {
        var (place, zeros) = (first, 0)
        while place < end, place.pointee == ASCII.zero || place.pointee == ASCII.point {
            if place.pointee == ASCII.zero { zeros += 1 }
            place += 1
        }
        return zeros
    }

    @inline(never)
    private func slow(_ start: Place, _ end: Place) -> Double {
        Double(String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)) ?? .nan
    }

    /// digits · 10^q, correctly rounded; nil where this does not find it.
    @inline(__always)
    private func value(_ digits: UInt64, timesTenTo q: Int) -> Double? {
        if digits == 0 { return 0 }
        guard q >= -Self.reach && q <= Self.reach else { return nil }
        return product(digits, powersOfFive[q + Self.reach], q)
    }

    /// The algorithm's names: w digits shifted to the top, q the power of ten.
    @inline(__always)
    private func product(_ digits: UInt64, _ power: UInt128, _ q: Int) -> Double? {
        let shift = digits.leadingZeroBitCount
        let w = digits << UInt64(shift)
        var (high, low) = w.multipliedFullWidth(by: UInt64(truncatingIfNeeded: power >> 64))
        if high & 0x1FF == 0x1FF {
            let more = w.multipliedFullWidth(by: UInt64(truncatingIfNeeded: power)).high
            let (sum, carries) = low.addingReportingOverflow(more)
            low = sum
            if carries { high &+= 1 }
        }
        if low == .max && !(-27...55 ~= q) { return nil }
        let topBit = high >> 63
        var mantissa = high >> (topBit + 9)
        var exponent = (217_706 * q) >> 16 + 63 + Int(topBit) - shift + 1023
        guard exponent > 0 && exponent < 0x7FE else { return nil }
        // Half-way between two numbers, to the even one.
        if low <= 1 && -4...23 ~= q && mantissa & 3 == 1 && mantissa << (topBit + 9) == high { mantissa &= ~1 }
        mantissa = (mantissa + mantissa & 1) >> 1
        if mantissa >= 1 << 53 {
            mantissa = 1 << 52
            exponent += 1
        }
        return Double(bitPattern: UInt64(exponent) << 52 | mantissa & ~(1 << 52))
    }
}

/// A whole number of any size, as far as powers of five need one.
private struct WholeNumber {
    /// 64 bits each, the lowest first; the last is not 0.
    private var words: [UInt64]

    init(_ number: UInt64) { words = [number] }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in words.indices {
            let (high, low) = words[index].multipliedFullWidth(by: factor)
            let (sum, carries) = low.addingReportingOverflow(carry)
            words[index] = sum
            carry = high + (carries ? 1 : 0)
        }
        if carry > 0 { words.append(carry) }
    }

    /// Its first 128 bits, from the highest on.
    var firstBits: UInt128 {
        let top = (1...3).map { $0 <= words.count ? words[words.count - $0] : 0 }
        let shift = top[0].leadingZeroBitCount
        let bits = UInt128(top[0]) << 64 | UInt128(top[1])
        return bits << UInt128(shift) | UInt128(top[2] >> UInt64(64 - shift))
    }

    /// The first 128 bits of 1/n, of an n that is no power of two: by long division.
    var reciprocal: UInt128 {
        var quotient: UInt128 = 0
        // A power of two, n < rest < 2n.
        var rest = [UInt64](repeating: 0, count: words.count + 1)
        let bits = 64 * words.count - words.last!.leadingZeroBitCount
        rest[bits / 64] = 1 << UInt64(bits % 64)
        for _ in 0..<128 {
            quotient <<= 1
            if !isAbove(rest) {
                subtract(from: &rest)
                quotient |= 1
            }
            for index in rest.indices.reversed() {
                rest[index] = rest[index] << 1 | (index > 0 ? rest[index - 1] >> 63 : 0)
            }
        }
        return quotient
    }

    /// Whether it is larger than `other`, which has a word more.
    private func isAbove(_ other: [UInt64]) -> Bool {
        guard other[words.count] == 0 else { return false }
        for index in words.indices.reversed() where words[index] != other[index] { return words[index] > other[index] }
        return false
    }

    private func subtract(from other: inout [UInt64]) {
        var borrows = false
        for index in other.indices {
            let (part, first) = other[index].subtractingReportingOverflow(index < words.count ? words[index] : 0)
            let (rest, second) = part.subtractingReportingOverflow(borrows ? 1 : 0)
            other[index] = rest
            borrows = first || second
        }
    }
}
