/** The text as UTF-8. */
export function utf8(text: string): Uint8Array {
  const room = new Uint8Array(text.length * 3)
  return room.subarray(0, host.encode(text, room))
}

/** Writes it all to a descriptor that is known to take it, such as a terminal or a pipe. */
export function writeAll(fd: number, text: string): void {
  let rest = utf8(text)
  while (rest.length > 0) {
    const count = host.write(fd, rest)
    if (count <= 0) return
    rest = rest.subarray(count)
  }
}
