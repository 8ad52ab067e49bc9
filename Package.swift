// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Frontprop",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "frontprop", targets: ["Command"]),
        .library(name: "Frontprop", targets: ["Frontprop"]),
    ],
    traits: [
        .trait(name: "MPI", description: "Train on many processes, through Open MPI."),
        .trait(name: "MPICH", description: "In MPI's place: through MPICH, or one of its kind: Intel MPI, Cray's."),
        .trait(
            name: "HDF5", description: "Read HDF5 files, through the library of that name, loaded when one is read."),
        .default(enabledTraits: ["MPI", "HDF5"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C: system libraries, and what Swift cannot say.
        // Two targets: clang would keep the handles of one MPI's header for the other's.
        .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .systemLibrary(name: "CMPICH", pkgConfig: "mpich", providers: [.apt(["libmpich-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(
            name: "CKernels",
            linkerSettings: [.linkedLibrary("m")]),
        .target(name: "CBarrier"),
        .target(name: "CProcess"),
        .target(name: "CSignals"),
        // Signals from the first moment on; only in the program, not in the library or the tests.
        .target(name: "CStart", dependencies: ["CSignals"]),

        // Foundations that know nothing of one another.
        .target(name: "Resources", dependencies: ["CSignals"]),
        .target(
            name: "MPI",
            dependencies: [
                "CProcess", "Resources", .target(name: "CMPI", condition: .when(traits: ["MPI"])),
                .target(name: "CMPICH", condition: .when(traits: ["MPICH"])),
            ]),
        .target(name: "RandomNumbers", dependencies: ["CKernels"]),
        .target(
            name: "Storage",
            dependencies: ["CCrypto", "CZlib", .product(name: "SystemPackage", package: "swift-system")]),
        .target(
            name: "ChildProcesses",
            dependencies: [
                "CSignals", "Resources", "Storage", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(name: "Kernels", dependencies: ["CKernels"]),

        // The field: networks, data, training.
        .target(name: "Networks", dependencies: ["Kernels", "RandomNumbers"]),
        .target(
            name: "Datasets",
            dependencies: ["ChildProcesses", "CZlib", "Kernels", "RandomNumbers", "Resources", "Storage"]),
        // What is known of ranks and cores.
        .target(
            name: "Cluster", dependencies: ["CBarrier", "CProcess", "CSignals", "MPI", "Resources", "Storage"]),
        .target(
            name: "Training",
            dependencies: [
                "CMalloc", "Cluster", "Datasets", "Kernels", "MPI", "Networks", "RandomNumbers", "Resources", "Storage",
            ]),
        // What a Swift user imports: a run from its options to its weights.
        .target(
            name: "Frontprop",
            dependencies: [
                "Cluster", "Datasets", "Kernels", "MPI", "Networks", "Resources", "Storage", "Training",
            ]),
        // Reads the records of runs; knows nothing of how they came about.
        .target(name: "Reporting", dependencies: ["ChildProcesses", "Storage"]),
        .executableTarget(
            name: "Command",
            dependencies: [
                "ChildProcesses", "CStart", "Cluster", "Datasets", "Frontprop", "Kernels", "MPI", "Networks",
                "RandomNumbers", "Reporting", "Resources", "Storage", "Training",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // What Docs/own-functions.md shows; a program of a user's, built and started by the tests.
        .executableTarget(
            name: "OwnFunctions", dependencies: ["Frontprop", "MPI", "Networks", "Storage", "Training"],
            path: "Examples/OwnFunctions"),

        .testTarget(name: "MPITests", dependencies: ["MPI"]),
        .testTarget(name: "ResourcesTests", dependencies: ["Resources"]),
        .testTarget(name: "ChildProcessesTests", dependencies: ["ChildProcesses", "Storage"]),
        .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
        .testTarget(name: "StorageTests", dependencies: ["CZlib", "RandomNumbers", "Storage"]),
        .testTarget(name: "NetworksTests", dependencies: ["Kernels", "Networks", "RandomNumbers"]),
        .testTarget(name: "DatasetsTests", dependencies: ["CZlib", "Datasets", "Kernels", "RandomNumbers", "Storage"]),
        // Records as no program writes them, for the tests of their readers.
        .target(
            name: "DamagedRecords", dependencies: ["RandomNumbers", "Reporting", "Storage"],
            path: "Tests/DamagedRecords"),
        .testTarget(name: "ReportingTests", dependencies: ["DamagedRecords", "Reporting", "Storage"]),
        .testTarget(name: "KernelsTests", dependencies: ["CKernels", "Kernels", "RandomNumbers"]),
        // Stands in for malloc in all tests, to count.
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .testTarget(name: "ClusterTests", dependencies: ["Cluster", "MPI"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "CAllocations", "Cluster", "DamagedRecords", "Datasets", "Kernels", "MPI", "Networks", "Storage",
                "Training",
            ]),
        .testTarget(
            name: "FrontpropTests",
            dependencies: ["Datasets", "Frontprop", "Kernels", "MPI", "Networks", "Storage", "Training"]),
        // Runs the program as users do. It is built with the tests; they do not contain it.
        .testTarget(
            name: "IntegrationTests", path: "Tests/Integration",
            exclude: ["cluster.sh", "kill-loop.sh", "links.sh", "slurm.sh", "virtual-hosts.sh"]),
    ]
)
