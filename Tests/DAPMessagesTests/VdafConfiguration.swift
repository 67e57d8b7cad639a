import DAPMessages
import TLSCodec
import VDAF

/// A VDAF as a task configuration names it, as a message of its own: `vdaf_type` and the content of
/// `vdaf_configuration`.
struct VdafConfiguration: Equatable, TLSCodable {
    let parameters: Prio3Parameters

    init(_ parameters: Prio3Parameters) { self.parameters = parameters }

    init(from reader: inout ByteReader) throws {
        let type = try reader.readUInt32("vdaf_type")
        let configuration = try reader.readVectorToEnd { try $0.readUInt8() }
        parameters = try Prio3Parameters(vdafType: type, vdafConfiguration: configuration)
    }

    func encode(to writer: inout ByteWriter) throws {
        writer.write(parameters.algorithmID)
        writer.write(parameters.vdafConfiguration)
    }
}

extension VdafConfiguration: Generated {
    static func random(using generator: inout SeededGenerator) -> VdafConfiguration {
        let length = UInt32(truncatingIfNeeded: generator.next())
        let chunkLength = UInt32(generator.byte())
        let kinds: [Prio3Parameters] = [
            .count, .sum(maxMeasurement: generator.next()),
            .sumVec(length: length, maxMeasurement: generator.next(), chunkLength: chunkLength),
            .histogram(length: length, chunkLength: chunkLength),
            .multihotCountVec(length: length, chunkLength: chunkLength, maxWeight: generator.next()),
        ]
        return VdafConfiguration(kinds[generator.count(0...4)])
    }
}
