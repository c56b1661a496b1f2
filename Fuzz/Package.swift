// swift-tools-version: 6.2
import PackageDescription

// A package of its own: a fuzzer needs other flags than the library does, and users of the library need no fuzzer.
let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "sockeye", path: "..")],
    targets: [
        .executableTarget(
            name: "FuzzTargets",
            dependencies: [.product(name: "Sockeye", package: "sockeye")],
            // libFuzzer brings `main`.
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]
        )
    ],
    swiftLanguageModes: [.v6]
)
