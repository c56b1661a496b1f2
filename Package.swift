// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "sockeye",
    products: [
        .library(name: "Sockeye", targets: ["Sockeye"]),
        .library(name: "SockeyeTesting", targets: ["SockeyeTesting"]),
        .executable(name: "sockeye", targets: ["SockeyeCLI"]),
    ],
    dependencies: [
        // Only the tool and the tests: the library itself has no dependency.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The tool alone: `sockeye bench` keeps its latencies in it.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CSockeye"),
        .target(name: "SockeyeSystem", dependencies: ["CSockeye"]),
        .target(name: "Sockeye", dependencies: ["SockeyeSystem", "CSockeye"]),
        .target(name: "SockeyeDoctor", dependencies: ["Sockeye", "SockeyeSystem"]),
        .target(name: "SockeyeTesting", dependencies: ["Sockeye", "SockeyeSystem"]),
        .executableTarget(
            name: "SockeyeCLI",
            dependencies: [
                "Sockeye", "SockeyeSystem", "SockeyeDoctor",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]
        ),
        .testTarget(name: "SockeyeSystemTests", dependencies: ["SockeyeSystem", "TestSupport"]),
        .target(name: "TestSupport", dependencies: ["SockeyeSystem"], path: "Tests/TestSupport"),
        // What a test runs as a process of its own, to measure its memory.
        .executableTarget(name: "TransferProgram", dependencies: ["Sockeye"], path: "Tests/TransferProgram"),
        // What the optimiser is shown in a release build, and nobody runs.
        .executableTarget(name: "HandlerShapes", dependencies: ["Sockeye"], path: "Tests/HandlerShapes"),
        .testTarget(
            name: "SockeyeTests",
            dependencies: ["Sockeye", "SockeyeTesting", "TransferProgram", "TestSupport"]
        ),
        .testTarget(name: "SockeyeDoctorTests", dependencies: ["SockeyeDoctor", "TestSupport"]),
        .testTarget(
            name: "SockeyeTestingTests",
            dependencies: ["SockeyeTesting", "Sockeye", "SockeyeSystem", "TestSupport"]
        ),
        .testTarget(name: "SockeyeToolTests", dependencies: ["SockeyeCLI", "TestSupport"]),
        .testTarget(name: "RepositoryTests"),
    ],
    swiftLanguageModes: [.v6]
)

// One policy for every Swift target, so that none is checked less strictly than the others.
for target in package.targets where target.name != "CSockeye" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .strictMemorySafety(),
    ]
}
