import DAPMessages
import Testing

@Suite struct DomainSeparationTests {
    @Test func theVDAFContextIsVersionAndTaskID() throws {
        let taskID = [UInt8](repeating: 0x55, count: 32)
        #expect(DomainSeparation.vdafContext(taskID: try TaskID(taskID)) == hex("6461702d3138") + taskID)
    }

    @Test func theInfosAreThoseOfTheDraft() {
        #expect(
            DomainSeparation.inputShareInfo(receiver: .leader)
                == hex("6461702d313820696e7075742073686172650102"))
        #expect(
            DomainSeparation.inputShareInfo(receiver: .helper)
                == hex("6461702d313820696e7075742073686172650103"))
        #expect(
            DomainSeparation.aggregateShareInfo(sender: .leader)
                == hex("6461702d3138206167677265676174652073686172650200"))
        #expect(
            DomainSeparation.aggregateShareInfo(sender: .helper)
                == hex("6461702d3138206167677265676174652073686172650300"))
    }
}
