import Testing

@Suite struct KnownAnswersTests {
    @Test func everyValueHasItsEncodingAndEveryEncodingItsValue() throws {
        for answer in try KnownAnswers.all() {
            #expect(answer.encoded == answer.encoding, "\(answer.typeName)")
            #expect(answer.decodes, "\(answer.typeName)")
        }
    }

    @Test func everyTypeWithACodecHasOne() throws {
        let answered = Set(try KnownAnswers.all().map(\.typeName))
        #expect(answered == Set(CodecLawsTests.kinds.map(\.testDescription)))
    }
}
