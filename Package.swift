// swift-tools-version: 6.2
import PackageDescription

// Four floors; imports only go down (docs/architecture.md). A target lists what it may import.

// scripts/fuzz sets it: libFuzzer counts the branches of our own code, and the fuzzer's executable is built.
let isFuzzing = Context.environment["PRIO_FUZZ"] == "1"

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : [])
let cSettings: [CSetting] = isFuzzing ? [.unsafeFlags(["-fsanitize=fuzzer-no-link"])] : []

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func door(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies + [argumentParser], swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let core: [Target] = [
    .systemLibrary(
        name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    room("TLSCodec", []),
    .target(name: "CPrioKernels", cSettings: cSettings),
    room("VDAF", ["CSodium", "CPrioKernels"]),
    room("HPKE", ["CSodium", crypto]),
    room("DifferentialPrivacy", ["VDAF", bigInt]),
]

let protocolFloor: [Target] = [
    room("DAPMessages", ["TLSCodec", "VDAF", "HPKE", crypto]),
    room("DAPRoles", ["DAPMessages", "DifferentialPrivacy", "TLSCodec", "VDAF", "HPKE", crypto, logging]),
    room("MetricCatalog", ["DAPMessages", "DifferentialPrivacy", "TLSCodec", "VDAF", "HPKE", crypto, yams]),
]

let adapters: [Target] = [
    room("DAPStoreSQLite", ["DAPRoles", "DAPMessages", "DifferentialPrivacy", "VDAF", "HPKE", grdb]),
    room("DAPHTTPClient", ["DAPRoles", "DAPMessages", asyncHTTPClient, nioCore, nioHTTP1, nioPosix]),
    room(
        "DAPHTTPServer",
        [
            "DAPRoles", "DAPMessages", "HPKE", hummingbird, hummingbirdCore, httpTypes, crypto, logging, nioCore,
            nioHTTPTypes, serviceLifecycle,
        ]),
]

let doors: [Target] = [
    room(
        "PrioCommand",
        [
            "DAPRoles", "DAPMessages", "DifferentialPrivacy", "MetricCatalog", "HPKE", "VDAF", "TLSCodec",
            "DAPHTTPClient", argumentParser, crypto, logging, yams,
        ]),
    door("prio", ["PrioCommand", "DAPRoles", "DAPMessages", "MetricCatalog", "HPKE", "DAPHTTPClient", unixSignals]),
    door("prio-client", ["PrioCommand", "DAPRoles", "DAPMessages", "MetricCatalog", "VDAF", "DAPHTTPClient"]),
    door(
        "prio-aggregator",
        [
            "PrioCommand", "DAPRoles", "DAPMessages", "DifferentialPrivacy", "MetricCatalog", "HPKE", "DAPStoreSQLite",
            "DAPHTTPClient", "DAPHTTPServer", serviceLifecycle, unixSignals, logging,
        ]),
    door(
        "prio-collector",
        [
            "PrioCommand", "DAPRoles", "DAPMessages", "DifferentialPrivacy", "MetricCatalog", "VDAF", "HPKE",
            "DAPHTTPClient",
        ]),
    door("prio-bench", ["VDAF", "HPKE", "DifferentialPrivacy", "DAPRoles", "DAPMessages", "DAPStoreSQLite"]),
    door(
        "prio-interop",
        [
            "PrioCommand", "DAPRoles", "DAPMessages", "VDAF", "HPKE", "DAPStoreSQLite", "DAPHTTPClient",
            "DAPHTTPServer", hummingbird, serviceLifecycle, logging, nioCore,
        ]),
]

let testTargets: [Target] = [
    .target(
        name: "DAPTesting",
        dependencies: ["DAPRoles", "DAPMessages", "DifferentialPrivacy", "VDAF", "HPKE", crypto, logging],
        path: "Tests/DAPTesting",
        swiftSettings: settings),
    .target(
        name: "FuzzTargets",
        dependencies: [
            "DAPHTTPServer", "DAPRoles", "DAPMessages", "DAPTesting", "VDAF", "HPKE", "TLSCodec", hummingbird,
            httpTypes, logging, nioCore, nioEmbedded,
        ],
        path: "Tests/Fuzzing/Targets",
        swiftSettings: settings),
    tests("FuzzCorpusTests", ["FuzzTargets"]),
    tests("TLSCodecTests", ["TLSCodec"]),
    tests("VDAFTests", ["VDAF"], resources: [.copy("Fixtures")]),
    tests("DifferentialPrivacyTests", ["DifferentialPrivacy", "VDAF", bigInt], resources: [.copy("Fixtures")]),
    tests("HPKETests", ["HPKE", crypto], resources: [.copy("Fixtures")]),
    tests("DAPMessagesTests", ["DAPMessages", "TLSCodec", "VDAF", "HPKE"]),
    tests("MetricCatalogTests", ["MetricCatalog", "DAPMessages", "DifferentialPrivacy", "VDAF", "HPKE"]),
    tests(
        "DAPRolesTests",
        ["DAPRoles", "DAPMessages", "DifferentialPrivacy", "VDAF", "HPKE", "TLSCodec", "DAPTesting", logging]),
    tests(
        "DAPStoreSQLiteTests",
        ["DAPStoreSQLite", "DAPRoles", "DAPMessages", "DAPTesting", "DifferentialPrivacy", "VDAF", grdb, logging]),
    tests(
        "DAPHTTPTests",
        [
            "DAPHTTPServer", "DAPHTTPClient", "DAPRoles", "DAPMessages", "DAPTesting", "HPKE",
            .product(name: "HummingbirdTesting", package: "hummingbird"), asyncHTTPClient, httpTypes, logging, nioCore,
            nioEmbedded, nioHTTPTypes, nioPosix, serviceLifecycle,
        ]),
    tests(
        "PrioCommandTests",
        [
            "PrioCommand", "DAPRoles", "DAPMessages", "DifferentialPrivacy", "MetricCatalog", "HPKE", "VDAF",
            "TLSCodec", logging,
        ]),
    .executableTarget(
        name: "prio-simulate",
        dependencies: ["DAPTesting", "DAPRoles", "DAPStoreSQLite", argumentParser],
        path: "Tests/Simulate",
        swiftSettings: settings),
    .executableTarget(
        name: "prio-chaos",
        dependencies: [
            "PrioCommand", "DAPRoles", "DAPMessages", "MetricCatalog", "HPKE", "VDAF", "DAPHTTPClient", argumentParser,
            asyncHTTPClient, nioCore, nioHTTP1, nioPosix, unixSignals,
        ],
        path: "Tests/Chaos",
        swiftSettings: settings),
    tests(
        "IntegrationTests",
        [
            "prio", "prio-client", "prio-aggregator", "prio-collector", "prio-interop", "DAPMessages", "DAPRoles",
            "HPKE", "VDAF", "MetricCatalog", "DAPHTTPClient", "DifferentialPrivacy", "DAPStoreSQLite",
        ]),
]

let fuzzer: [Target] =
    isFuzzing
    ? [
        .executableTarget(
            name: "prio-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/LibFuzzer", swiftSettings: settings)
    ] : []

let package = Package(
    name: "swift-prio",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: core + protocolFloor + adapters + doors + testTargets + fuzzer
)
