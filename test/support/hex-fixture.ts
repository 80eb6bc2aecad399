import { readFileSync } from 'node:fs'

/** The bytes of a commented hexadecimal file below test/fixtures; `#` begins a comment. */
export function readHex(path: string): Uint8Array {
  const text = readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')
  const digits = text
    .split('\n')
    .map(line => line.split('#')[0] ?? '')
    .join('')
    .replaceAll(/\s/g, '')
  return new Uint8Array(Buffer.from(digits, 'hex'))
}
