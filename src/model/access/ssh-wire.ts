/** RFC 4251 section 5: a length in four bytes, then that many bytes. */
export function encodeString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as string)
  return Buffer.concat([encodeUint32(bytes.length), bytes])
}

/** RFC 4251 section 5: most significant byte first. */
export function encodeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Reads the fields of a key one after the other; undefined where the bytes end too early. */
export class SshReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes)
  }

  take(count: number): Buffer | undefined {
    const end = this.#at + count
    if (end > this.#bytes.length) return undefined
    const piece = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return piece
  }

  uint32(): number | undefined {
    return this.take(4)?.readUInt32BE()
  }

  string(): Buffer | undefined {
    const length = this.uint32()
    return length === undefined ? undefined : this.take(length)
  }
}
