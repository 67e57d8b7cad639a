import Foundation
import Testing

/// One object of `prio-collector collect --output json`.
struct JSONResult {
    let metric: String
    let reportCount: Int
    let start: String
    let end: String
    let result: [Int]
    let labels: [String]?
    let mean: Double?

    static func all(_ text: String) throws -> [JSONResult] {
        let array = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        return try array.map { object in
            let interval = try #require(object["interval"] as? [String: String])
            let vector = object["result"] as? [Int]
            let result = try vector ?? [#require(object["result"] as? Int)]
            return JSONResult(
                metric: try #require(object["metric"] as? String),
                reportCount: try #require(object["report_count"] as? Int), start: try #require(interval["start"]),
                end: try #require(interval["end"]), result: result, labels: object["labels"] as? [String],
                mean: object["mean"] as? Double)
        }
    }
}
