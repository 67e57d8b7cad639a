// swift-tools-version: 6.2
import PackageDescription

// Four floors; imports only go down (docs/architecture.md). A target lists what it may import.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let core: [Target] = [
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    room("VDAF", ["CSodium"]),
]

let testTargets: [Target] = [
    tests("VDAFTests", ["VDAF"], resources: [.copy("Fixtures")]),
]

let package = Package(
    name: "swift-prio",
    platforms: [.macOS(.v15)],
    targets: core + testTargets
)
