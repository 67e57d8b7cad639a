import Dispatch
import FuzzTargets
import Glibc

// A fuzzer for the target that PRIO_FUZZ_TARGET names; the arguments are libFuzzer's. scripts/fuzz builds and runs it.

/// libFuzzer's loop (`FuzzerInterface.h`).
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ argumentCount: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ runOne: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Which target this process fuzzes: libFuzzer's callback has no context.
enum Chosen {
    static let target = getenv("PRIO_FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }
}

guard Chosen.target != nil else {
    print("PRIO_FUZZ_TARGET names none of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
    exit(64)
}

var argumentCount = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    runFuzzer(&argumentCount, &arguments) { start, count in
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                try await Chosen.target?.run(bytes)
            } catch {
                // libFuzzer keeps the input of a process that aborts.
                print(error)
                fflush(nil)
                abort()
            }
            done.signal()
        }
        done.wait()
        return 0
    })
