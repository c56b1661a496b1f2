// swift-tools-version: 6.2
import PackageDescription

// Swift's runtime inside the tool and at a fixed address (docs/design/0026): with thirteen shared libraries to load and
// forty thousand places to relocate, a server listened twice as late. The flags are the program's own: packages can still
// depend on the library by its version, and test bundles are linked without them. What Foundation's archive needs besides
// must be named, since what is compiled for its shared library does not ask for it; Swift's own linker, because the
// system's warns about code that nobody calls.
let released = BuildSettingCondition.when(platforms: [.linux], configuration: .release)
let startsFast: [LinkerSetting] = [
    .unsafeFlags(
        ["-static-stdlib", "-use-ld=lld", "-Xlinker", "-no-pie", "-Xlinker", "--no-export-dynamic"]
            // C++'s library and the unwinder inside as well: Swift's own list of libraries names the shared ones.
            + ["-L", "\(Context.packageDirectory)/Linking", "-Xclang-linker", "-static-libgcc"],
        released
    ),
    .linkedLibrary("_FoundationCollections", released),
    .linkedLibrary("_FoundationCShims", released),
]

let package = Package(
    name: "sockeye",
    products: [
        .library(name: "Sockeye", targets: ["Sockeye"]),
        .library(name: "SockeyeTesting", targets: ["SockeyeTesting"]),
        .executable(name: "sockeye", targets: ["SockeyeMain"]),
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
        .target(
            name: "SockeyeCLI",
            dependencies: [
                "Sockeye", "SockeyeSystem", "SockeyeDoctor",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]
        ),
        .executableTarget(name: "SockeyeMain", dependencies: ["SockeyeCLI"], linkerSettings: startsFast),
        .testTarget(name: "SockeyeSystemTests", dependencies: ["SockeyeSystem", "TestSupport"]),
        .target(name: "TestSupport", dependencies: ["Sockeye", "SockeyeSystem"], path: "Tests/TestSupport"),
        // What a test runs as a process of its own, to measure its memory.
        .executableTarget(name: "TransferProgram", dependencies: ["Sockeye"], path: "Tests/TransferProgram"),
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
