// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the library never depends on what it is compared with. `./run` builds it.
let package = Package(
    name: "sockeye-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        // Named, because the folder of a clone may be called anything.
        .package(name: "sockeye", path: ".."),
    ],
    targets: [
        .executableTarget(
            name: "EchoNIO",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "EchoNIOAsync",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "FramedNIO",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
            ]
        ),
        .executableTarget(name: "BulkSockeye", dependencies: [.product(name: "Sockeye", package: "sockeye")]),
        .executableTarget(name: "FramedSockeye", dependencies: [.product(name: "Sockeye", package: "sockeye")]),
        .executableTarget(name: "EchoSockeye", dependencies: [.product(name: "Sockeye", package: "sockeye")]),
    ],
    swiftLanguageModes: [.v6]
)
