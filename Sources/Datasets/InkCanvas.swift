/// A canvas of 28×28 pixels on which strokes are drawn with a round pen, smoothed at its edges.
///
/// Holds the squared distance of every pixel's centre from the nearest stroke; thickness and ink come in at the end.
struct InkCanvas: ~Copyable {
    /// Over how many pixels the pen's edge fades out.
    static let softEdge: Float = 0.6

    private static let size = 28
    private static let lanes = 8
    /// Floats from row to row: a segment's box may begin anywhere and is treated in whole vectors.
    private static let pitch = 40
    private static let farAway: Float = 1e6

    private let distances: UnsafeMutablePointer<Float>

    init() {
        distances = .allocate(capacity: Self.pitch * Self.size)
        clear()
    }

    deinit {
        distances.deallocate()
    }

    mutating func clear() {
        distances.initialize(repeating: Self.farAway, count: Self.pitch * Self.size)
    }

    /// Draws a straight line; pixels farther from it than `reach` are left as they are.
    mutating func addSegment(from: Point, to: Point, reach: Float) {
        let direction = to - from
        let squaredLength = (direction * direction).sum()
        let scale = squaredLength > 0 ? direction / squaredLength : .zero
        let lower = pointwiseMin(from, to) - reach
        let upper = pointwiseMax(from, to) + reach
        let lastIndex = Float(Self.size - 1)
        guard upper.x >= 0, upper.y >= 0, lower.x <= lastIndex, lower.y <= lastIndex else { return }
        let (firstColumn, lastColumn) = (Int(max(lower.x, 0)), Int(min(upper.x, lastIndex)))
        let (firstRow, lastRow) = (Int(max(lower.y, 0)), Int(min(upper.y, lastIndex)))
        let steps = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
        for column in stride(from: firstColumn, through: lastColumn, by: Self.lanes) {
            let x = steps + (Float(column) - from.x)
            for row in firstRow...lastRow {
                let y = Float(row) - from.y
                var t = x * scale.x + y * scale.y
                t.replace(with: 0, where: t .< 0)
                t.replace(with: 1, where: t .> 1)
                let dx = x - t * direction.x
                let dy = y - t * direction.y
                let squared = dx * dx + dy * dy
                let place = UnsafeMutableRawPointer(distances + row * Self.pitch + column)
                var nearest = place.loadUnaligned(as: SIMD8<Float>.self)
                nearest.replace(with: squared, where: squared .< nearest)
                place.storeBytes(of: nearest, as: SIMD8<Float>.self)
            }
        }
    }

    /// Writes the drawing as bytes: `ink` within `radius` of a stroke, less by up to 15 % at random, fading to
    /// nothing over the soft edge; exactly zero elsewhere.
    func render(radius: Float, ink: Float, noise: inout Draws, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        let slope = 1 / Self.softEdge
        let outer = (radius + Self.softEdge) * slope
        for row in 0..<Self.size {
            for column in stride(from: 0, to: Self.size, by: 4) {
                let squared = UnsafeRawPointer(distances + row * Self.pitch + column)
                    .loadUnaligned(as: SIMD4<Float>.self)
                var coverage = outer - slope * squared.squareRoot()
                coverage.replace(with: 0, where: coverage .< 0)
                coverage.replace(with: 1, where: coverage .> 1)
                var value = SIMD4<UInt32>.zero
                if coverage != .zero {
                    let random = SIMD4<UInt32>(repeating: noise.word()) &>> SIMD4(0, 8, 16, 24) & 0xFF
                    let grain = 1 - Self.exact(random) * (0.15 / 256)
                    value = Self.rounded(ink * coverage * grain)
                }
                for lane in 0..<4 { pixels[row * Self.size + column + lane] = UInt8(truncatingIfNeeded: value[lane]) }
            }
        }
    }

    /// Below 2²³, adding 2²³ to a number leaves it, rounded, in the low bits of the result's pattern.
    private static func rounded(_ value: SIMD4<Float>) -> SIMD4<UInt32> {
        unsafeBitCast(value + 0x1p23, to: SIMD4<UInt32>.self) & 0x7F_FFFF
    }

    private static func exact(_ value: SIMD4<UInt32>) -> SIMD4<Float> {
        unsafeBitCast(value | 0x4B00_0000, to: SIMD4<Float>.self) - 0x1p23
    }
}
