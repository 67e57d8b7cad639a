import DAPMessages
import Testing

@Suite struct ProblemTypeTests {
    @Test func theTokensAreThoseOfTheDrafts() {
        let tokens = [
            "invalidMessage", "unrecognizedTask", "unrecognizedAggregationJob", "batchInvalid", "invalidBatchSize",
            "invalidAggregationParameter", "batchMismatch", "stepMismatch", "batchOverlap", "unsupportedExtension",
            "invalidExtension", "invalidTask",
        ]
        #expect(ProblemType.allCases.map(\.rawValue) == tokens)
    }

    @Test func urnsGoBothWays() {
        #expect(ProblemType.invalidMessage.urn == "urn:ietf:params:ppm:dap:error:invalidMessage")
        for type in ProblemType.allCases {
            #expect(ProblemType(urn: type.urn) == type)
        }
    }

    @Test(arguments: [
        "", "about:blank", "invalidMessage", "urn:ietf:params:ppm:dap:error:", "urn:ietf:params:ppm:dap:error:other",
        "urn:ietf:params:ppm:dap:error:invalidmessage", "urn:ietf:params:ppm:dap:invalidMessage",
        "xurn:ietf:params:ppm:dap:error:invalidMessage",
    ])
    func otherURIsAreNone(urn: String) {
        #expect(ProblemType(urn: urn) == nil)
    }
}
