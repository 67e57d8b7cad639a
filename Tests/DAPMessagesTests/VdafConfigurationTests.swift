import DAPMessages
import TLSCodec
import Testing
import VDAF

@Suite struct VdafConfigurationTests {
    static let known: [(parameters: Prio3Parameters, type: UInt32, configuration: String)] = [
        (.count, 1, ""),
        (.sum(maxMeasurement: 1337), 2, "0000000000000539"),
        (
            .sumVec(length: 1000, maxMeasurement: 0x0102_0304_0506_0708, chunkLength: 31), 3,
            "000003e8 0102030405060708 0000001f"
        ),
        (.histogram(length: 100, chunkLength: 10), 4, "00000064 0000000a"),
        (
            .multihotCountVec(length: 0x0102_0304, chunkLength: 5, maxWeight: 0xffff_ffff_ffff_fffe), 5,
            "01020304 00000005 fffffffffffffffe"
        ),
    ]

    @Test(arguments: known)
    func knownConfigurationsAreCoded(parameters: Prio3Parameters, type: UInt32, configuration: String) throws {
        #expect(parameters.algorithmID == type)
        #expect(parameters.vdafConfiguration == hex(configuration))
        #expect(try Prio3Parameters(vdafType: type, vdafConfiguration: hex(configuration)) == parameters)
    }

    @Test(arguments: known)
    func anyOtherLengthIsRefused(parameters: Prio3Parameters, type: UInt32, configuration: String) {
        let bytes = hex(configuration)
        for length in bytes.indices {
            #expect(throws: CodecError(.truncated, "")) {
                try Prio3Parameters(vdafType: type, vdafConfiguration: Array(bytes[..<length]))
            }
        }
        #expect(throws: CodecError(.trailingBytes, "")) {
            try Prio3Parameters(vdafType: type, vdafConfiguration: bytes + [0])
        }
    }

    @Test(arguments: [0, 6, 0x0001_0000, .max] as [UInt32])
    func otherTypesAreRefused(type: UInt32) {
        #expect(throws: CodecError(.invalidValue, "")) {
            try Prio3Parameters(vdafType: type, vdafConfiguration: [])
        }
    }
}
