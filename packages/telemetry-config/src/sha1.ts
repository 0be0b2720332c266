function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Message, 0x80, zeros, length in bits: a whole number of 64-byte blocks. */
function pad(message: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return view;
}

function schedule(view: DataView, offset: number): Int32Array {
  const words = new Int32Array(80);
  for (let index = 0; index < 16; index += 1) {
    words[index] = view.getInt32(offset + index * 4);
  }
  for (let index = 16; index < 80; index += 1) {
    const mixed =
      (words[index - 3] ?? 0) ^ (words[index - 8] ?? 0) ^ (words[index - 14] ?? 0) ^ (words[index - 16] ?? 0);
    words[index] = rotateLeft(mixed, 1);
  }
  return words;
}

function round(index: number, b: number, c: number, d: number): number {
  if (index < 20) {
    return ((b & c) | (~b & d)) + 0x5a827999;
  }
  if (index < 40) {
    return (b ^ c ^ d) + 0x6ed9eba1;
  }
  if (index < 60) {
    return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  }
  return (b ^ c ^ d) + 0xca62c1d6;
}

/** SHA-1 (RFC 3174), for names only: it is no protection against anybody. Here because this package knows no platform. */
export function sha1(message: Uint8Array): Uint8Array {
  const view = pad(message);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    const words = schedule(view, offset);
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let index = 0; index < 80; index += 1) {
      const next = (rotateLeft(a, 5) + round(index, b, c, d) + e + (words[index] ?? 0)) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    for (const [index, word] of [a, b, c, d, e].entries()) {
      state[index] = (state[index] ?? 0) + word;
    }
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (const [index, word] of state.entries()) {
    digest.setInt32(index * 4, word);
  }
  return new Uint8Array(digest.buffer);
}
