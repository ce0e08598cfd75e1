/// Keccak-256 as Ethereum and TRON use it: the sponge of SHA-3 with the padding of the original submission.
///
/// Source: Keccak reference 3.0 (Bertoni, Daemen, Peeters, Van Assche), rate 1088, capacity 512.
public enum Keccak256 {
    /// The 32-byte hash.
    public static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var position = 0
        for byte in bytes {
            state[position / 8] ^= UInt64(byte) << UInt64(position % 8 * 8)
            position += 1
            if position == rate {
                permute(&state)
                position = 0
            }
        }
        state[position / 8] ^= 1 << UInt64(position % 8 * 8)
        state[(rate - 1) / 8] ^= 0x80 << 56
        permute(&state)
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    private static let rate = 136

    private static func permute(_ a: inout [UInt64]) {
        var column = [UInt64](repeating: 0, count: 5)
        var b = [UInt64](repeating: 0, count: 25)
        for constant in roundConstants {
            for x in 0..<5 { column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
            for x in 0..<5 {
                let mix = column[(x + 4) % 5] ^ rotated(column[(x + 1) % 5], 1)
                for y in 0..<5 { a[x + 5 * y] ^= mix }
            }
            for x in 0..<5 {
                for y in 0..<5 {
                    let from = x + 5 * y
                    b[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(a[from], rotations[from])
                }
            }
            for y in 0..<5 {
                for x in 0..<5 { a[x + 5 * y] = b[x + 5 * y] ^ (~b[(x + 1) % 5 + 5 * y] & b[(x + 2) % 5 + 5 * y]) }
            }
            a[0] ^= constant
        }
    }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        count == 0 ? value : value << count | value >> (64 - count)
    }

    /// Row by row: `rotations[x + 5y]`. Each is a triangular number modulo 64 along the walk of `pi`.
    private static let rotations: [UInt64] = {
        var rotations = [UInt64](repeating: 0, count: 25)
        var (x, y) = (1, 0)
        for step in 0..<24 {
            rotations[x + 5 * y] = UInt64((step + 1) * (step + 2) / 2 % 64)
            (x, y) = (y, (2 * x + 3 * y) % 5)
        }
        return rotations
    }()

    /// Bits of a linear feedback shift register, at positions 2^j - 1.
    private static let roundConstants: [UInt64] = {
        var register: UInt8 = 1
        return (0..<24).map { _ in
            var constant: UInt64 = 0
            for j in 0..<7 {
                if register & 1 != 0 { constant |= 1 << ((1 << UInt64(j)) - 1) }
                register = register & 0x80 != 0 ? register << 1 ^ 0x71 : register << 1
            }
            return constant
        }
    }()
}
