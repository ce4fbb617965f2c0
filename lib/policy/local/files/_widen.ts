/**
 * 16-bit floating point numbers as 32-bit ones, exactly. BF16 is the upper half of a 32-bit number; F16 (IEEE 754
 * binary16) has 5 bits of exponent and 10 of fraction, and a table of all its 65,536 values is the quickest way.
 */

/** Widens into `into`, which is as long as `bits`. */
export type Widen = (bits: Uint16Array<ArrayBuffer>, into: Float32Array<ArrayBuffer>) => void;

/** BF16 to 32 bits. */
export const widenBf16: Widen = (bits, into) => {
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
};

/** F16 to 32 bits. */
export const widenF16: Widen = (bits, into) => {
  for (let i = 0; i < bits.length; i++) into[i] = F16_VALUES[bits[i] as number] as number;
};

function f16Value(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const F16_VALUES = Float32Array.from({ length: 2 ** 16 }, (_, bits) => f16Value(bits));
