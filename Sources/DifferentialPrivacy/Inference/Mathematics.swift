// The standard library has no elementary functions. The C library's are pure: they do no I/O, which is what keeps the
// operating system out of this floor, and this file lets out nothing else of it.
#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The elementary functions that formulas about errors need.
enum Mathematics {
    static func exp(_ x: Double) -> Double { platformExp(x) }
    static func expm1(_ x: Double) -> Double { platformExpm1(x) }
    static func log(_ x: Double) -> Double { platformLog(x) }
    static func log1p(_ x: Double) -> Double { platformLog1p(x) }
    static func sin(_ x: Double) -> Double { platformSin(x) }
    static func cos(_ x: Double) -> Double { platformCos(x) }
    static func sinh(_ x: Double) -> Double { platformSinh(x) }
    static func erfc(_ x: Double) -> Double { platformErfc(x) }
}

// Inside the type the names would mean its own functions.
private func platformExp(_ x: Double) -> Double { exp(x) }
private func platformExpm1(_ x: Double) -> Double { expm1(x) }
private func platformLog(_ x: Double) -> Double { log(x) }
private func platformLog1p(_ x: Double) -> Double { log1p(x) }
private func platformSin(_ x: Double) -> Double { sin(x) }
private func platformCos(_ x: Double) -> Double { cos(x) }
private func platformSinh(_ x: Double) -> Double { sinh(x) }
private func platformErfc(_ x: Double) -> Double { erfc(x) }
