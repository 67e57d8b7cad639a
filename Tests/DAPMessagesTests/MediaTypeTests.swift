import DAPMessages
import TLSCodec
import Testing

@Suite struct MediaTypeTests {
    @Test func everyMessageIsAnnouncedAndRecognized() throws {
        let values = [
            "hpke-config-list", "upload-req", "upload-errors", "aggregation-job-init-req", "aggregation-job-resp",
            "aggregation-job-continue-req", "aggregate-share-req", "aggregate-share", "collection-job-req",
            "collection-job-resp",
        ]
        #expect(MediaType.allCases.map(\.rawValue) == values)
        for type in MediaType.allCases {
            #expect(type.contentType == "application/ppm-dap;message=\(type.rawValue)")
            #expect(try MediaType(contentType: type.contentType) == type)
        }
    }

    @Test(arguments: [
        "application/ppm-dap;message=upload-req",
        "application/ppm-dap; message=upload-req",
        "application/ppm-dap \t;\t message=upload-req",
        " application/ppm-dap;message=upload-req ",
        "Application/PPM-DAP;Message=upload-req",
        "application/ppm-dap;message=\"upload-req\"",
        "application/ppm-dap;message=\"upload\\-req\"",
        "application/ppm-dap;message=upload-req;version=09",
        "application/ppm-dap;version=\"a;message=\\\"b\\\"\";message=upload-req",
        "application/ppm-dap;;message=upload-req;",
        "application/ppm-dap;message=upload-req ; ",
        "application/ppm-dap;x=\"\";message=upload-req",
    ])
    func formsOfTheSameFieldAreTheSame(contentType: String) throws {
        #expect(try MediaType(contentType: contentType) == .uploadReq)
    }

    @Test(arguments: [
        "", " ", "application", "application/", "/ppm-dap", "application/ppm-dap", "application/ppm-dap;",
        "application/ppm-dap;message", "application/ppm-dap;message=", "application/ppm-dap;message=\"upload-req",
        "application/ppm-dap;message=\"upload-req\\", "application/ppm-dap;message=\"upload-req\"x",
        "application/ppm-dap;message =upload-req", "application/ppm-dap;message= upload-req",
        "application/ppm-dap;message=upload req", "application/ppm-dap message=upload-req",
        "application/ppm-dap,message=upload-req", "application/ppm-dap;message=upload-req;message=upload-req",
        "application/ppm-dap;message=upload-req;MESSAGE=aggregate-share", "application/ppm-dap;message=unknown",
        "application/ppm-dap;message=Upload-Req", "application/ppm-dap;messages=upload-req",
        "application/ppm-dap-x;message=upload-req", "text/ppm-dap;message=upload-req",
        "application/ppm/dap;message=upload-req",
        "application/ppm-dap;message=upload-req;\u{0}", "application/ppm-dap;message=\"upload-req\n\"",
        "application/ppm-dap;message=upload-req\r\n", "application/ppm-däp;message=upload-req",
        "application/octet-stream",
    ])
    func anythingElseIsRefused(contentType: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try MediaType(contentType: contentType) }
    }

    @Test func aChangedByteIsRefusedOrMeansTheSame() {
        for type in [MediaType.uploadReq, .aggregateShare] {
            let field = Array(type.contentType.utf8)
            for position in field.indices {
                for byte in UInt8.min ... .max where byte != field[position] {
                    var changed = field
                    changed[position] = byte
                    let parsed = try? MediaType(contentType: String(decoding: changed, as: UTF8.self))
                    guard let parsed, parsed != type else { continue }
                    Issue.record("\(type), position \(position), byte \(byte)")
                }
            }
        }
    }

    @Test func aFieldBeyondTheLimitIsRefused() {
        let start = "application/ppm-dap;message=upload-req;x="
        let fitting = start + String(repeating: "y", count: ContentType.maximumLength - start.utf8.count)
        #expect(throws: Never.self) { try MediaType(contentType: fitting) }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try MediaType(contentType: fitting + "y") }
    }

    @Test func aContentTypeKeepsItsParametersInOrder() throws {
        let parsed = try ContentType(parsing: "Application/Problem+JSON; CharSet=\"UTF-8 \\\"x\\\"\" ;b=1;b=2")
        #expect(parsed.type == "application")
        #expect(parsed.subtype == "problem+json")
        #expect(parsed.parameters.map(\.name) == ["charset", "b", "b"])
        #expect(parsed.parameters.map(\.value) == ["UTF-8 \"x\"", "1", "2"])
    }
}
