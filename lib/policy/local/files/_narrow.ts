/** 32-bit floating point numbers as 16-bit ones, each rounded to the nearest, halves to even. */

/** To BF16, the upper half of a 32-bit number. @returns nothing when a finite number would become infinite */
export function narrowToBf16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> | undefined {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    const isFinite = (word & 0x7f800000) !== 0x7f800000;
    // A NaN is kept one: rounding could carry its last bit away.
    const rounded = isFinite
      ? (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
      : (word >>> 16) | Number((word & 0xffff) > 0);
    if (isFinite && (rounded & 0x7f80) === 0x7f80) return undefined;
    bits[i] = rounded;
  }
  return bits;
}

/** To F16 (IEEE 754 binary16). @returns nothing when a finite number would become infinite */
export function narrowToF16(values: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> | undefined {
  const halves = new Float16Array(values);
  for (let i = 0; i < halves.length; i++) {
    if (!Number.isFinite(halves[i] as number) && Number.isFinite(values[i] as number)) return undefined;
  }
  return new Uint16Array(halves.buffer);
}
