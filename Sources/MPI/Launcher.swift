/// The program that started this process as one of several, known by the variables that it sets.
public struct Launcher: Equatable, Sendable, CustomStringConvertible {
    /// The launcher's name.
    public let name: String

    /// The variable that gave it away, and its value.
    public let variable: String

    /// The number of processes that it started, or at least of those on this host; 1 where it does not tell.
    public let size: Int

    public var description: String { "\(name) (\(variable))" }

    /// Variables that hold the number of processes, the most telling first.
    ///
    /// Slurm comes last: `mpirun` inside a batch job inherits Slurm's variables.
    private static let sizeVariables: [(name: String, size: String)] = [
        ("Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE"),
        ("MVAPICH's mpirun", "MV2_COMM_WORLD_SIZE"),
        ("a PMI launcher such as MPICH's or Intel's mpirun", "PMI_SIZE"),
        ("Hydra, the mpirun of MPICH and Intel MPI", "MPI_LOCALNRANKS"),
        ("SimGrid's smpirun", "SMPI_GLOBAL_SIZE"),
    ]

    /// Finds the launcher, or `nil` where the process was started by hand.
    ///
    /// A Slurm step of one task needs no MPI, and counts as started by hand: it may be an interactive shell.
    ///
    /// - Parameter variables: the process's environment.
    public init?(variables: [String: String]) {
        for (name, key) in Self.sizeVariables {
            if let value = variables[key], let size = Int(value) {
                self.init(name: name, variable: "\(key)=\(value)", size: size)
                return
            }
        }
        if variables["SLURM_PROCID"] != nil, let value = variables["SLURM_STEP_NUM_TASKS"], let size = Int(value),
            size > 1
        {
            self.init(name: "Slurm's srun", variable: "SLURM_STEP_NUM_TASKS=\(value)", size: size)
            return
        }
        for key in ["PMIX_RANK", "PMI_RANK"] {
            if let value = variables[key] {
                self.init(name: "a PMI launcher", variable: "\(key)=\(value)", size: 1)
                return
            }
        }
        return nil
    }

    private init(name: String, variable: String, size: Int) {
        self.name = name
        self.variable = variable
        self.size = size
    }
}
