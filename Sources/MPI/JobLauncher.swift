/// The launcher that belongs to an MPI, and its words for what this program asks of it.
///
/// `{ranks}` and `{threads}` in the words stand for the numbers.
public struct JobLauncher: Sendable {
    /// What it is called, the name by which this program starts it first.
    public let names: [String]

    /// Gives each rank `{threads}` cores of its own.
    public let ownCores: String

    /// Lets each rank use all cores.
    public let allCores: String

    /// Starts more ranks than there are slots; empty where it always does.
    public let oversubscription: String

    /// A rank for each memory node, on the cores of it.
    public let rankPerMemoryNode: String

    /// `{ranks}` ranks on each host, with cores of their own.
    public let ranksPerHost: String

    /// The words that name hosts and their slots.
    private let hostWords: @Sendable (_ file: String, _ hosts: [(name: String, slots: Int)]) -> [String]

    /// The name by which it is started.
    public var name: String { names[0] }

    /// The launcher that belongs to the MPI linked; Open MPI's where there is none.
    public static var linked: JobLauncher { Library.launcher ?? openMPI }

    /// Open MPI's.
    public static let openMPI = JobLauncher(
        names: ["mpirun", "mpiexec", "orterun", "prterun"],
        ownCores: "--map-by slot:PE={threads} --bind-to core",
        allCores: "--bind-to none",
        oversubscription: "--oversubscribe",
        rankPerMemoryNode: "--map-by ppr:1:numa:PE={threads} --bind-to core",
        ranksPerHost: "--map-by ppr:{ranks}:node:PE={threads} --bind-to core",
        hostWords: { file, _ in ["--hostfile", file] })

    /// Hydra, of MPICH and what is built on it; as `mpirun` it would often be another MPI's.
    public static let hydra = JobLauncher(
        names: ["mpiexec.hydra", "mpiexec.mpich", "mpirun.mpich", "mpiexec", "mpirun"],
        ownCores: "-bind-to core:{threads}",
        allCores: "-bind-to none",
        oversubscription: "",
        rankPerMemoryNode: "-map-by numa -bind-to numa",
        ranksPerHost: "-ppn {ranks} -bind-to core:{threads}",
        // Its own files of hosts have another form.
        hostWords: { _, hosts in ["-hosts", hosts.map { "\($0.name):\($0.slots)" }.joined(separator: ",")] })

    /// `words` with the numbers in the places that stand for them.
    public static func fill(_ words: String, ranks: Int, threads: Int) -> String {
        words.split(separator: "{ranks}", omittingEmptySubsequences: false).joined(separator: "\(ranks)")
            .split(separator: "{threads}", omittingEmptySubsequences: false).joined(separator: "\(threads)")
    }

    /// The command line so far that asks for `words`, such as `ownCores`.
    public func line(_ words: String, ranks: Int, threads: Int) -> String {
        "\(name) \(Self.fill(words, ranks: ranks, threads: threads))"
    }

    /// The words that start ranks on the hosts of `file`, which holds `text`: a host a line, as `NAME slots=N`.
    public func words(forHosts file: String, _ text: String) -> [String] {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.prefix { $0 != "#" }.split(separator: " ") }
        let hosts = lines.filter { !$0.isEmpty }.map { words in
            let slots = words.dropFirst().first { $0.hasPrefix("slots=") }.flatMap { Int($0.dropFirst("slots=".count)) }
            return (name: String(words[0]), slots: slots ?? 1)
        }
        return hostWords(file, hosts)
    }
}
