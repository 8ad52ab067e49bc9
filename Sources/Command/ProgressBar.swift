import Foundation
import MPI
import Training

/// One line that shows how far a run is.
struct ProgressBar {
    private static let cellCount = 5...30
    private let clock = ContinuousClock()
    private var lastDrawn: ContinuousClock.Instant?
    /// When this process began to train, and how much was done by then.
    private var start: (time: ContinuousClock.Instant, share: Double)?
    private var isDrawn = false

    /// What to draw on `width` columns; nil a tenth of a second after the last or less.
    mutating func line(_ progress: RunProgress, width: Int) -> String? {
        let now = clock.now
        let start = self.start ?? (now, progress.share)
        self.start = start
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return nil }
        lastDrawn = now
        isDrawn = true
        let done = progress.share - start.share
        let left = done > 0 ? (now - start.time) / .seconds(1) * (1 - progress.share) / done : nil
        return Self.line(progress, secondsLeft: left, width: width)
    }

    /// Whether there is a line to clear; afterwards there is none.
    mutating func clear() -> Bool {
        defer { isDrawn = false }
        return isDrawn
    }

    /// The fullest of several forms that leaves the last column free: a terminal may break the line there.
    private static func line(
        _ progress: RunProgress, secondsLeft: Double?, width: Int
    ) -> String {
        let rate = "\(short(Double(progress.done) / max(progress.seconds, 1e-9))) \(progress.turn.work)/s"
        let figures = [rate, "loss \(short(progress.loss))"] + (secondsLeft.map { ["\(duration($0)) left"] } ?? [])
        let turn = progress.turn.rawValue
        let place = "\(progress.number)/\(progress.count)"
        let texts = ["\(turn) \(place)  ", "\(turn) \(place) ", "\(place) ", ""].map {
            $0 + figures.joined(separator: $0.hasSuffix("  ") ? "  " : " ")
        }
        let room = width - 1
        // The cells stand after the place, with two spaces between.
        let cells = min(cellCount.upperBound, room - texts[0].count - 2)
        if cells >= cellCount.lowerBound {
            let share = Double(progress.done) / Double(max(1, progress.of))
            let filled = min(cells, max(0, Int(share * Double(cells))))
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
            return "\(turn) \(place)  \(bar)  " + figures.joined(separator: "  ")
        }
        return String((texts.first { $0.count <= room } ?? texts[3]).prefix(max(0, room)))
    }

    /// Three figures, thousands as k, M or G.
    private static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let scales = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        let (scale, letter) = scales.first { abs(value) >= 0.9995 * $0.0 } ?? (1, "")
        let scaled = value / scale
        let digits = abs(scaled) >= 99.95 ? 0 : abs(scaled) >= 9.995 ? 1 : abs(scaled) >= 0.9995 ? 2 : 4
        return String(format: "%.\(digits)f\(letter)", scaled)
    }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: String(format: "%.0f s", seconds.rounded(.up))
        case ..<3600: String(format: "%.0f min", seconds / 60)
        case ..<172_800: String(format: "%.1f h", seconds / 3600)
        default: String(format: "%.1f days", seconds / 86400)
        }
    }
}

/// The terminal that a person sees standard output on.
final class Terminal {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        if descriptor != STDOUT_FILENO { close(descriptor) }
    }

    /// nil where standard output is none. mpirun gives its ranks a terminal of its own whatever its output is, so there its
    /// own output is looked at.
    static func ofStandardOutput(_ environment: Environment) -> Terminal? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        guard environment.isLaunched else { return Terminal(STDOUT_FILENO) }
        let descriptor = open("/proc/\(getppid())/fd/1", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let terminal = Terminal(descriptor)
        return isatty(descriptor) == 1 ? terminal : nil
    }

    /// Columns, as they are now; 80 where the terminal does not say.
    var width: Int {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
