// The body of Keccak-p[1600, 12] on as many lanes as a `row` has (RFC 9861 §2.2: the last 12 rounds of FIPS 202
// §3.3). Included once for each kind of row. Word x + 5y of the state is FIPS 202's A[x, y].
//
// All loops but that of the rounds have constant bounds and are unrolled, so that the state stays in registers.
static KECCAK_TARGET void KECCAK_NAME(row *state) {
    row a[25], b[25], c[5];
#pragma unroll
    for (int i = 0; i < 25; i++) a[i] = state[i];
#pragma nounroll
    for (int round = 0; round < 12; round++) {
        // θ: each word is combined with the parities of two columns.
#pragma unroll
        for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        // ρ and π: words are rotated and move to their new places.
#pragma unroll
        for (int i = 0; i < 25; i++) {
            const int x = source[i] % 5;
            const row word = a[source[i]] ^ c[(x + 4) % 5] ^ ROTATE(c[(x + 1) % 5], 1);
            b[i] = ROTATE(word, rotation[i]);
        }
        // χ, the only nonlinear step, and ι.
#pragma unroll
        for (int i = 0; i < 25; i++) a[i] = b[i] ^ (~b[i / 5 * 5 + (i + 1) % 5] & b[i / 5 * 5 + (i + 2) % 5]);
        a[0] ^= round_constants[round];
    }
#pragma unroll
    for (int i = 0; i < 25; i++) state[i] = a[i];
}
