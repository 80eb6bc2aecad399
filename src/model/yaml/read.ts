import { open } from 'node:fs/promises'
import { fail } from '../../kit/problem.ts'

/** A cluster with thousands of services has 2 MB; this leaves room and still ends in seconds. */
export const YAML_BYTES_MAX = 4 << 20

/**
 * Reads a text file that a person wrote.
 *
 * @returns the text, a byte order mark left out
 * @throws ProblemError when it cannot be read, is too large, or is not UTF-8 text
 */
export async function readText(path: string, bytes_max = YAML_BYTES_MAX): Promise<string> {
  const bytes = await readBounded(path, bytes_max)
  refuseUtf16(path, bytes)
  const text = decodeUtf8(path, bytes)
  const control = findControl(text)
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0')
    fail({
      code: 'control_character',
      message: 'the file holds a control character',
      expected: 'text with spaces and line ends',
      found: `U+${code}`,
      where: { file: path, ...positionOf(text, control) },
      remedy: 'remove the character; a file that holds many is not a text file',
    })
  }
  return text
}

async function readBounded(path: string, bytes_max: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > bytes_max) failSize(path, size, bytes_max)
      const bytes = await file.readFile()
      if (bytes.length > bytes_max) failSize(path, bytes.length, bytes_max)
      return bytes
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (typeof code !== 'string') throw error
    return fail(
      {
        code: 'file_unreadable',
        message: code === 'ENOENT' ? 'there is no such file' : 'the file cannot be read',
        expected: 'a file that you may read',
        found: code,
        where: { file: path },
      },
      error,
    )
  }
}

function failSize(path: string, size: number, bytes_max: number): never {
  fail({
    code: 'file_too_large',
    message: 'the file is too large',
    expected: `at most ${bytes_max} bytes`,
    found: `${size} bytes`,
    where: { file: path },
  })
}

function refuseUtf16(path: string, bytes: Buffer): void {
  const [first, second] = bytes
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  // Without a mark, UTF-16 of a text in Latin letters has a NUL in every other byte.
  const unmarked = bytes.length >= 4 && (first === 0) !== (second === 0) && bytes.includes(0)
  if (!marked && !unmarked) return
  fail({
    code: 'not_utf8',
    message: 'the file is not UTF-8 text',
    expected: 'UTF-8',
    found: 'UTF-16',
    where: { file: path },
    remedy: 'save the file as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 OLD > NEW',
  })
}

function decodeUtf8(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const before = validPrefix(bytes)
    const text = before.toString('utf8')
    fail({
      code: 'not_utf8',
      message: 'the file is not UTF-8 text',
      expected: 'UTF-8',
      found: `byte 0x${bytes[before.length]?.toString(16)} where a character begins`,
      where: { file: path, ...positionOf(text, text.length) },
      remedy: 'save the file as UTF-8; if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW',
    })
  }
}

// The longest beginning that is UTF-8, by halving.
function validPrefix(bytes: Buffer): Buffer {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isUtf8Prefix(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return bytes.subarray(0, startOfCharacter(bytes, good))
}

// A cut inside the last character is no fault: `stream` holds such bytes back.
function isUtf8Prefix(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function startOfCharacter(bytes: Buffer, end: number): number {
  let start = end
  while (start > 0 && end - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1
  return start
}

function findControl(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 127 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return index
  }
  return -1
}

/** Line and column of an offset, from 1. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return {
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
  }
}
