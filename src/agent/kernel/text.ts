// QuickJS has no TextEncoder, and the files here hold ASCII or UTF-8.

/** A byte for each character, none of which may be above 0xff. */
export function asciiBytes(content: string): Uint8Array {
  const bytes = new Uint8Array(content.length)
  for (let at = 0; at < content.length; at++) bytes[at] = content.charCodeAt(at)
  return bytes
}

/** A character for each byte. */
export function asciiText(bytes: Uint8Array): string {
  let content = ''
  for (const byte of bytes) content += String.fromCharCode(byte)
  return content
}

/** A lone half of a surrogate pair becomes U+FFFD. */
export function utf8Bytes(content: string): Uint8Array {
  const bytes: number[] = []
  for (const character of content) {
    const code = character.codePointAt(0) ?? 0
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point))
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point))
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point))
  }
  return new Uint8Array(bytes)
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f)
