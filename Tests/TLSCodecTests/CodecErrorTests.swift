import TLSCodec
import Testing

@Suite struct CodecErrorTests {
    @Test func errorsAreEqualWhenTheirCodesAre() {
        #expect(CodecError(.truncated, "a") == CodecError(.truncated, "b"))
        for code in CodecError.Code.allCases where code != .truncated {
            #expect(CodecError(.truncated, "a") != CodecError(code, "a"))
        }
    }

    @Test func descriptionNamesTheCodeAndTheField() {
        #expect(CodecError(.outOfOrder, "extensions").description == "outOfOrder: extensions")
    }
}
