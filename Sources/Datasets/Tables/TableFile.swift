import Storage

/// What a file of rows and columns holds, and what it says of them itself. `read` reads one of any format.
public struct TableFile: Sendable, Equatable {
    public let table: Table
    /// The rows that the file keeps to test with, of the same columns; nil where it keeps none.
    public let test: Table?
    /// The names of the columns that the file calls targets; empty where it does not say.
    public let targets: [String]
    /// What is wrong with columns, by their names: for whoever uses one to throw.
    ///
    /// A column most of whose values are numbers is one of numbers. A value that is none is missing there, and its fault
    /// here.
    public let faults: [String: Failure]

    public init(
        table: Table, test: Table? = nil, targets: [String] = [], faults: [String: Failure] = [:]
    ) {
        self.table = table
        self.test = test
        self.targets = targets
        self.faults = faults
    }
}
