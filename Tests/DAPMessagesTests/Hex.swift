/// The bytes that hexadecimal digits stand for; spaces and line breaks between them are for the reader.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.map { character in
        guard let digit = character.hexDigitValue else { preconditionFailure("not a hexadecimal digit") }
        return UInt8(digit)
    }
    precondition(digits.count.isMultiple(of: 2))
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
