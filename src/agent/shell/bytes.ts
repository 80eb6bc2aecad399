/** The text as UTF-8. */
export function utf8(text: string): Uint8Array {
  const room = new Uint8Array(text.length * 3)
  return room.subarray(0, host.encode(text, room))
}

/**
 * Writes it all to a descriptor that is known to take it, such as a terminal or a pipe.
 *
 * @returns false: nobody reads it any more
 */
export function writeAll(fd: number, text: string): boolean {
  let rest = utf8(text)
  while (rest.length > 0) {
    const count = host.write(fd, rest)
    if (count <= 0) return false
    rest = rest.subarray(count)
  }
  return true
}

/** 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  const digest = new Uint8Array(32)
  host.sha256(bytes, digest)
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}
