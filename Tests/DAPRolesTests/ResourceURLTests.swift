import DAPRoles
import Testing

@Suite struct ResourceURLTests {
    private static let base = "https://Host.example:8443/api/dap/tasks/T/collection_jobs"

    @Test(
        "A location is resolved against the request's URL",
        arguments: [
            ("/x/J", "https://Host.example:8443/x/J"),
            ("collection_jobs/J", "https://Host.example:8443/api/dap/tasks/T/collection_jobs/J"),
            ("?step=0", "https://Host.example:8443/api/dap/tasks/T/collection_jobs?step=0"),
            ("J?from=http://a/b", "https://Host.example:8443/api/dap/tasks/T/J?from=http://a/b"),
            ("https://Host.example:8443/y/J?step=0", "https://Host.example:8443/y/J?step=0"),
            ("HTTPS://host.example:8443/y", "HTTPS://host.example:8443/y"),
            ("//Host.example:8443/J?step=0", "https://Host.example:8443/J?step=0"),
            ("../T/J", "https://Host.example:8443/api/dap/tasks/T/J"),
            ("./J/.", "https://Host.example:8443/api/dap/tasks/T/J/"),
            ("/a/../../b/./c/..?d=../e", "https://Host.example:8443/b/?d=../e"),
            ("/a//b", "https://Host.example:8443/a//b"),
        ])
    func resolves(location: String, expected: String) {
        #expect(ResourceURL.resolve(location: location, against: Self.base) == expected)
        #expect(ResourceURL.resolve(location: location, against: Self.base + "?a=b/c") == expected)
    }

    @Test(
        "A location at another origin, or none at all, is refused",
        arguments: [
            "", "//evil.example/J", "//Host.example/J", "http://Host.example:8443/J", "https://Host.example/J",
            "https://Host.example:8443@evil.example/J", "https://evil.example/", "mailto:a@b", "javascript:x/y",
            "/a b", "/a\u{0}", "/a\r\nb", "/ä", "/a#b", "/a\"b", "/<J>",
        ])
    func refuses(location: String) {
        #expect(ResourceURL.resolve(location: location, against: Self.base) == nil)
    }

    @Test("A URL without a path has the root as its directory")
    func withoutPath() {
        #expect(ResourceURL.resolve(location: "J", against: "http://a.example") == "http://a.example/J")
        #expect(ResourceURL.resolve(location: "J", against: "no URL") == nil)
    }
}
