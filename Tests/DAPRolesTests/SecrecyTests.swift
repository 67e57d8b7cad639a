import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import Testing
import VDAF

/// Descriptions end in logs; no secret may be in them.
@Suite struct SecrecyTests {
    @Test("A stored secret, a report with one, and a request with a token describe themselves without them")
    func descriptions() {
        let secret: [UInt8] = [211, 212, 213, 214]
        let report = UploadedReport(
            taskID: StoreSamples.task, metadata: StoreSamples.metadata(1, time: 1), publicShare: [],
            leaderInputShare: StoredSecret(secret),
            helperEncryptedInputShare: HpkeCiphertext(configID: 1, encapsulatedKey: [1], payload: [2]))
        let request = TransportRequest(.get, "http://a.example/", token: SecretBytes(secret))
        for text in [
            "\(StoredSecret(secret))", String(reflecting: StoredSecret(secret)), "\(report)",
            String(reflecting: report),
            "\(request)", String(reflecting: request),
        ] {
            #expect(!text.contains("212") && !text.contains("d4"))
        }
        var dumped = ""
        dump(report, to: &dumped)
        dump(request, to: &dumped)
        #expect(!dumped.contains("212"))
        #expect(StoredSecret(atRest: StoredSecret(secret).atRest).bytes == secret)
    }

    @Test("A measurement describes itself without its value")
    func measurement() {
        let measurement = TimedMeasurement(.integer(987_654), posixSeconds: 5)
        #expect(!"\(measurement)".contains("987654"))
        #expect(!String(reflecting: measurement).contains("987654"))
    }
}
