import Datasets
import Foundation

// TableReading FILE: reads a table, and says in JSON how long that took and the most memory that this process had.

let start = ContinuousClock.now
let table = try TableFile.read(CommandLine.arguments[1]).table
let duration = (ContinuousClock.now - start) / .seconds(1)
var usage = rusage()
getrusage(RUSAGE_SELF.rawValue, &usage)
// A number that depends on what was read, so that it can be held against others'.
let sum = table.columns.reduce(0.0) { $0 + ($1.numbers ?? []).reduce(0, +) }
print(
    "{\"rows\": \(table.rowCount), \"columns\": \(table.columns.count), \"seconds\": \(duration), "
        + "\"megabytes\": \(Double(usage.ru_maxrss) * 1024 / 1e6), \"sum\": \(sum)}")
