// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that the program's build does not carry it. Its libraries are links to the program's.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Kernels", dependencies: ["CKernels"]),
        .target(name: "RandomNumbers", dependencies: ["CKernels"]),
        .executableTarget(name: "KernelBenchmarks", dependencies: ["COpenBLAS", "Kernels", "RandomNumbers"]),
    ]
)
