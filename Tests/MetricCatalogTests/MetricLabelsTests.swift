import MetricCatalog
import Testing

struct MetricLabelsTests {
    @Test(arguments: [
        ("[0, 1, 2, 5]", ["below 0", "0", "1", "2–4", "5 and more"]),
        ("[1]", ["below 1", "1 and more"]),
        ("[18, 65]", ["below 18", "18–64", "65 and more"]),
        ("[1, 1000000000000]", ["below 1", "1–999999999999", "1000000000000 and more"]),
        ("[0.5, 1, 2]", ["below 0.5", "[0.5, 1)", "[1, 2)", "2 and more"]),
        ("[-5, 0, 5]", ["below -5", "[-5, 0)", "[0, 5)", "5 and more"]),
        ("[1, 9007199254740992]", ["below 1", "[1, 9007199254740992)", "9007199254740992 and more"]),
        ("[1e-9, 1e30]", ["below 1e-09", "[1e-09, 1e+30)", "1e+30 and more"]),
    ])
    func bucketsReadWell(edges: String, labels: [String]) throws {
        #expect(try CatalogText.metric("type: histogram\nedges: \(edges)").labels == labels)
    }

    @Test func optionsAreTheirOwnLabels() throws {
        #expect(try CatalogText.metric("type: choice\noptions: [b, a]").labels == ["b", "a"])
        #expect(try CatalogText.metric("type: choices\noptions: [b, a]\nat_most: 1").labels == ["b", "a"])
    }

    @Test(arguments: ["type: count", "type: sum\nmax: 3", "type: vector\nlength: 3\nmax: 3"])
    func plainNumbersHaveNoLabels(type: String) throws {
        #expect(try CatalogText.metric(type).labels == nil)
    }
}
