// QuickJS has no TextEncoder, and the files here hold ASCII or UTF-8.

export function asciiBytes(content: string): Uint8Array {
  const bytes = new Uint8Array(content.length)
  for (let at = 0; at < content.length; at++) bytes[at] = content.charCodeAt(at)
  return bytes
}

export function asciiText(bytes: Uint8Array): string {
  let content = ''
  for (const byte of bytes) content += String.fromCharCode(byte)
  return content
}
