import DAPMessages
import HPKE
import TLSCodec
import Testing

/// Expected values computed from the formulas of taskprov §3.3 and §3.4 with Python's `hashlib` and `hmac`.
@Suite struct TaskDerivationTests {
    static let taskID = TaskDerivation.taskID(encodedTaskConfiguration: TaskConfigurationTests.taskprovExample)

    @Test func theTaskIDOfTheTaskprovExampleIsKnown() {
        let expected = hex("35848a898adb146b559385247c7e49db1cbd28af52e3c11cfb01d4fc4b490479")
        #expect(Self.taskID.bytes == expected)
        #expect("\(Self.taskID)" == "NYSKiYrbFGtVk4UkfH5J2xy9KK9S48Ec-wHU_EtJBHk")
    }

    @Test func anyDifferenceOfTheConfigurationsIsADifferentTask() throws {
        let other = try TaskConfigurationTests.count(taskInfo: Array("tesu".utf8)).encoded()
        #expect(TaskDerivation.taskID(encodedTaskConfiguration: other) != Self.taskID)
    }

    @Test func theVerifyKeyOfTheTaskprovExampleIsKnown() throws {
        let key = try TaskDerivation.verifyKey(sharedSecret: SecretBytes(Array(0..<32)), taskID: Self.taskID)
        let expected = hex("b8e92261737fbd368b4cd5b17fdafd6d8fe587f2696df6cd07b618167c2c83d0")
        #expect(key.withUnsafeBytes { Array($0) } == expected)
    }

    @Test(arguments: [0, 31, 33, 64])
    func aSecretOfAnotherLengthIsRefused(count: Int) {
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try TaskDerivation.verifyKey(
                sharedSecret: SecretBytes([UInt8](repeating: 1, count: count)), taskID: Self.taskID)
        }
    }
}
