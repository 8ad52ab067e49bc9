/// Decimal numbers as texts have them, `-12.5e-3`: correctly rounded, whatever the locale.
///
/// Of up to 19 digits the number is found by one multiplication by the first 128 bits of a power of five (Lemire, "Number
/// Parsing at a Gigabyte per Second", 2021; the proof that 128 bits are enough: Mushtak and Lemire, 2023). What that does
/// not decide, subnormal numbers and those of more digits, is Swift's to read.
struct DecimalParser: @unchecked Sendable {
    typealias Place = UnsafePointer<UInt8>

    static let shared = DecimalParser()

    /// Powers of ten from -reach to reach.
    private static let reach = 300
    /// 5^q at q + reach, its first 128 bits: those of negative q rounded up where 64 of their bits are not exact.
    private let powersOfFive: UnsafePointer<UInt128>
    /// Those that are exact.
    private let powersOfTen: UnsafePointer<Double>

    private init() {
        let fives = UnsafeMutablePointer<UInt128>.allocate(capacity: 2 * Self.reach + 1)
        var power = WholeNumber(1)
        for q in 0...Self.reach {
            fives[Self.reach + q] = power.firstBits
            if q > 0 { fives[Self.reach - q] = power.reciprocal + (q <= 27 ? 1 : 0) }
            power.multiply(by: 5)
        }
        powersOfFive = UnsafePointer(fives)
        let tens = UnsafeMutablePointer<Double>.allocate(capacity: 23)
        tens[0] = 1
        for q in 1...22 { tens[q] = tens[q - 1] * 10 }
        powersOfTen = UnsafePointer(tens)
    }

    /// The number that begins at `start`, and where it ends: the longest that fits. Nil where none begins.
    ///
    /// What is too large is infinite.
    @inline(__always)
    func parse(_ start: Place, upTo end: Place) -> (value: Double, end: Place)? {
        var place = start
        let isNegative = place < end && place.pointee == ASCII.minus
        if isNegative || place < end && place.pointee == ASCII.plus { place += 1 }
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
        return (isNegative ? -size : size, place)
    }

    /// What overflows has too many digits, and is read otherwise.
    @inline(__always)
    private func pass(_ place: inout Place, upTo end: Place, into digits: inout UInt64) {
        while place < end {
            let digit = place.pointee &- ASCII.zero
            guard digit < 10 else { return }
            digits = digits &* 10 &+ UInt64(digit)
            place += 1
        }
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
        if digits <= 1 << 53 && q >= -22 && q <= 22 {
            let whole = Double(digits)
            return q < 0 ? whole / powersOfTen[-q] : whole * powersOfTen[q]
        }
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
