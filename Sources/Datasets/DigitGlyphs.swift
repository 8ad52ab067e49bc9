/// A point of a digit or of the canvas: x to the right, y down.
typealias Point = SIMD2<Float>

/// The digits as a pen writes them: for each digit two ways to write it, each a few strokes.
///
/// A digit fills -1…1 in both directions. Strokes are stored as the straight pieces that are drawn.
struct DigitGlyphs: Sendable {
    /// One way to write a digit: its strokes, each two points or more.
    typealias Glyph = [[Point]]

    /// `variants[digit]` holds the ways to write it.
    let variants: [[Glyph]]

    init() {
        variants = Self.outlines.map { $0.map { $0.map(\.polyline) } }
    }

    /// A stroke by the points that it passes through, smoothly or with corners.
    private enum Stroke {
        case curve([Point])
        case corners([Point])

        var polyline: [Point] {
            switch self {
            case .corners(let points): points
            case .curve(let points): Self.catmullRom(points, pieces: 4)
            }
        }

        /// The spline through `points` with tangents parallel to the chords of the neighbours (Catmull and Rom,
        /// 1974), in `pieces` straight pieces between two of them. Closed when the last point is the first.
        private static func catmullRom(_ points: [Point], pieces: Int) -> [Point] {
            let last = points.count - 1
            let closed = points[0] == points[last]
            var result = [points[0]]
            for index in 0..<last {
                let (b, c) = (points[index], points[index + 1])
                let a = index > 0 ? points[index - 1] : closed ? points[last - 1] : b
                let d = index + 1 < last ? points[index + 2] : closed ? points[1] : c
                for piece in 1...pieces {
                    let t = Float(piece) / Float(pieces)
                    let linear = t * (c - a)
                    let quadratic = t * t * (2 * a - 5 * b + 4 * c - d)
                    let cubic = t * t * t * (3 * b - a - 3 * c + d)
                    result.append(b + 0.5 * (linear + quadratic + cubic))
                }
            }
            return result
        }
    }

    private static func p(_ x: Float, _ y: Float) -> Point { Point(x, y) }

    private static let outlines: [[[Stroke]]] = [
        [  // 0: an oval; a slim one.
            [.curve([p(0, -1), p(-0.72, -0.5), p(-0.78, 0.2), p(-0.2, 1), p(0.6, 0.65), p(0.8, -0.2), p(0, -1)])],
            [.curve([p(0.1, -1), p(-0.42, -0.45), p(-0.45, 0.4), p(0, 1), p(0.45, 0.4), p(0.5, -0.4), p(0.1, -1)])],
        ],
        [  // 1: a bar; with a flag.
            [.corners([p(0, -1), p(0, 0), p(0, 1)])],
            [.corners([p(-0.4, -0.55), p(0.1, -1), p(0.1, 0), p(0.1, 1)])],
        ],
        [  // 2: with a flat base; with a loop at its corner.
            [
                .curve([p(-0.65, -0.55), p(-0.1, -1), p(0.6, -0.6), p(0.25, 0.1), p(-0.7, 1)]),
                .corners([p(-0.7, 1), p(0, 1), p(0.75, 1)]),
            ],
            [
                .curve([
                    p(-0.6, -0.6), p(0, -1), p(0.6, -0.5), p(0.1, 0.4), p(-0.5, 0.95), p(-0.65, 0.6), p(-0.2, 0.6),
                    p(0.3, 0.95), p(0.8, 0.75),
                ])
            ],
        ],
        [  // 3: two bows; a flat top.
            [
                .curve([p(-0.65, -0.75), p(0, -1), p(0.55, -0.6), p(0.35, -0.15), p(-0.15, -0.05)]),
                .curve([p(-0.15, -0.05), p(0.5, 0.1), p(0.65, 0.6), p(0, 1), p(-0.7, 0.75)]),
            ],
            [
                .corners([p(-0.6, -1), p(0.6, -1), p(-0.05, -0.15)]),
                .curve([p(-0.05, -0.15), p(0.55, 0.1), p(0.6, 0.7), p(0, 1), p(-0.65, 0.8)]),
            ],
        ],
        [  // 4: open; closed.
            [
                .curve([p(-0.55, -0.95), p(-0.65, -0.4), p(-0.5, 0.05), p(0.1, 0.1), p(0.5, 0)]),
                .corners([p(0.55, -1), p(0.5, 0), p(0.45, 1)]),
            ],
            [.corners([p(0.35, 1), p(0.35, 0), p(0.35, -1), p(-0.75, 0.35), p(0, 0.35), p(0.75, 0.35)])],
        ],
        [  // 5: with corners; in one sweep.
            [
                .corners([p(0.65, -1), p(-0.5, -1), p(-0.55, -0.15)]),
                .curve([p(-0.55, -0.15), p(0.2, -0.3), p(0.65, 0.25), p(0.35, 0.9), p(-0.65, 0.85)]),
            ],
            [
                .curve([
                    p(0.6, -0.95), p(-0.2, -0.9), p(-0.5, -0.35), p(0.1, -0.1), p(0.5, 0.4), p(0, 1), p(-0.65, 0.75),
                ])
            ],
        ],
        [  // 6: a bow with a loop; a straight neck.
            [
                .curve([
                    p(0.5, -0.95), p(-0.3, -0.6), p(-0.65, 0.2), p(-0.25, 0.95), p(0.5, 0.75), p(0.5, 0.15), p(-0.1, 0),
                    p(-0.6, 0.4),
                ])
            ],
            [.curve([p(0.1, -1), p(-0.4, 0), p(-0.45, 0.7), p(0.05, 1), p(0.45, 0.6), p(0.1, 0.2), p(-0.4, 0.45)])],
        ],
        [  // 7: plain; with a bar.
            [.corners([p(-0.65, -1), p(0, -1), p(0.65, -1), p(0.2, 0), p(-0.2, 1)])],
            [
                .corners([p(-0.65, -0.95), p(0.65, -0.95), p(0.2, 0), p(-0.25, 1)]),
                .corners([p(-0.3, 0.05), p(0.6, 0)]),
            ],
        ],
        [  // 8: crossing in one sweep; a small loop above a large one.
            [
                .curve([
                    p(0, -1), p(-0.55, -0.6), p(0, -0.05), p(0.6, 0.5), p(0, 1), p(-0.6, 0.5), p(0, -0.05),
                    p(0.55, -0.6),
                    p(0, -1),
                ])
            ],
            [
                .curve([p(0, -1), p(-0.4, -0.6), p(0, -0.2), p(0.4, -0.6), p(0, -1)]),
                .curve([p(0, -0.2), p(-0.7, 0.4), p(0, 1), p(0.7, 0.4), p(0, -0.2)]),
            ],
        ],
        [  // 9: a loop on a straight stem; on a bow.
            [
                .curve([p(0.5, -0.6), p(0, -1), p(-0.6, -0.5), p(-0.2, 0.05), p(0.5, -0.45)]),
                .corners([p(0.5, -0.65), p(0.5, 0.2), p(0.4, 1)]),
            ],
            [
                .curve([
                    p(0.5, -0.55), p(0, -1), p(-0.6, -0.55), p(-0.15, -0.05), p(0.5, -0.5), p(0.5, 0.2), p(0.15, 0.9),
                    p(-0.5, 0.85),
                ])
            ],
        ],
    ]
}
