import Storage

/// Numbers as pictures: grids of equally large tiles with a margin around each.
struct Pictures {
    /// Rows and columns of a tile, in numbers.
    let rows: Int
    let columns: Int
    /// Pixels of a number's side, and of the margin.
    private let scale: Int
    private let margin: Int

    /// - Parameter scale: pixels for each number's side.
    init(rows: Int, columns: Int, scale: Int, margin: Int = 4) {
        self.rows = rows
        self.columns = columns
        self.scale = scale
        self.margin = margin
    }

    /// One picture of the tiles, each with rows × columns colours.
    func sheet(_ tiles: [[[[UInt8]]]]) -> PNGImage {
        let across = tiles.map(\.count).max()!
        var image = PNGImage(
            width: margin + across * (columns * scale + margin),
            height: margin + tiles.count * (rows * scale + margin), background: [255, 255, 255])
        for (y, line) in tiles.enumerated() {
            for (x, tile) in line.enumerated() {
                for (index, colour) in tile.enumerated() {
                    let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                    image.fill(
                        x: margin + x * (columns * scale + margin) + column * scale,
                        y: margin + y * (rows * scale + margin) + row * scale, size: scale, colour)
                }
            }
        }
        return image
    }

    /// Ink on paper: 0 is white, 1 black.
    static func ink(_ values: [Double]) -> [[UInt8]] {
        values.map { [UInt8](repeating: UInt8(255 - (255 * min(1, max(0, $0))).rounded()), count: 3) }
    }

    /// 0 is white, `largest` a deep red, −`largest` a deep blue.
    static func signed(_ values: [Double], largest: Double) -> [[UInt8]] {
        let (red, blue) = ([178.0, 24, 43], [33.0, 102, 172])
        return values.map { value in
            let share = largest > 0 ? max(-1, min(1, value / largest)) : 0
            return (share < 0 ? blue : red).map { UInt8((255 + ($0 - 255) * abs(share)).rounded()) }
        }
    }
}
