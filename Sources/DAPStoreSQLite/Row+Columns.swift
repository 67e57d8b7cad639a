import Foundation
import GRDB

extension Row {
    /// A column that is never NULL.
    ///
    /// - Throws: `SQLiteStoreError` (`corrupt`) when it holds something else.
    func value<Value: DatabaseValueConvertible>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        let stored: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw SQLiteStoreError(.corrupt, "column \(column) is not \(type)")
        }
        return value
    }

    /// A column that may be NULL.
    ///
    /// - Throws: `SQLiteStoreError` (`corrupt`) when it holds something else.
    func optional<Value: DatabaseValueConvertible>(_ column: Int, as type: Value.Type = Value.self) throws -> Value? {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try value(column, as: type)
    }

    /// A BLOB column. SQLite gets an empty one as NULL, so NULL is empty.
    func bytes(_ column: Int) throws -> [UInt8] {
        let stored: DatabaseValue = self[column]
        if stored.isNull { return [] }
        guard let data = Data.fromDatabaseValue(stored) else {
            throw SQLiteStoreError(.corrupt, "column \(column) is not a BLOB")
        }
        return [UInt8](data)
    }

    /// An INTEGER column that is never negative.
    func unsigned(_ column: Int) throws -> UInt64 {
        guard let value = UInt64(exactly: try value(column, as: Int64.self)) else {
            throw SQLiteStoreError(.corrupt, "column \(column) is negative")
        }
        return value
    }
}
