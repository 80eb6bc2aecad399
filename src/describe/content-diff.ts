import { readElfSections } from '../base/elf.ts'
import type { ImageReader } from '../stamp/image-reader.ts'
import { jsonDiff } from './json-diff.ts'
import { lineDiff } from './line-diff.ts'
import type { Member } from './member.ts'
import { isText } from './sniff.ts'

// A larger text is compared as bytes.
const TEXT_BYTES_MAX = 2 << 20
const ELF_BYTES_MAX = 64 << 20
const LINES_MAX = 30
const RANGES_MAX = 6
// Differences closer than this are one range.
const JOINED_BYTES = 16
const PIECE_BYTES = 1 << 20

/**
 * Says what of two contents differs: values of JSON, lines of a text, ranges of bytes.
 *
 * Of what only its owner may read, nothing is shown but where it is JSON of ours, without secrets.
 */
export async function explainContent(first: Member, second: Member): Promise<string[]> {
  const [left, right] = [first.content, second.content]
  if (left === undefined || right === undefined) return []
  const texts = await textsOf(left, right)
  if (texts === undefined) {
    return [...(await sectionLines(left, right)), ...(await byteRanges(left, right))]
  }
  const values = texts.map(parsed)
  const isPrivate = [first, second].some(({ mode }) => mode !== undefined && (mode & 0o077) === 0)
  const areOurs = values.every(isNodeConfig)
  if (isPrivate && !areOurs) return ['only its owner may read it: not shown']
  if (values.every(value => value !== undefined)) return jsonLines(values[0], values[1])
  return lineDiff(texts[0], texts[1], { linesMax: LINES_MAX })
}

async function textsOf(
  first: ImageReader,
  second: ImageReader,
): Promise<readonly [string, string] | undefined> {
  if (Math.max(first.size, second.size) > TEXT_BYTES_MAX) return undefined
  const left = await first.read(0, first.size)
  const right = await second.read(0, second.size)
  return isText(left) && isText(right) ? [left.toString(), right.toString()] : undefined
}

/** Which sections of two programs differ; none where either is no ELF file. */
async function sectionLines(first: ImageReader, second: ImageReader): Promise<string[]> {
  if (Math.max(first.size, second.size) > ELF_BYTES_MAX) return []
  const left = readElfSections(await first.read(0, first.size))
  const right = readElfSections(await second.read(0, second.size))
  if (left === undefined || right === undefined) return []
  const names = [...new Set([...left.keys(), ...right.keys()])]
  return names.flatMap(name => {
    const [old, young] = [left.get(name), right.get(name)]
    if (old !== undefined && young !== undefined && Buffer.from(old).equals(young)) return []
    const size = (content: Uint8Array | undefined) => content?.length ?? 'none'
    return [`section ${name}: ${size(old)} -> ${size(young)} bytes`]
  })
}

function parsed(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isNodeConfig = (value: object | undefined) =>
  value !== undefined && 'node' in value && 'vrrp' in value

function jsonLines(first: unknown, second: unknown): string[] {
  const changes = jsonDiff(first, second)
  const lines = changes.slice(0, LINES_MAX).map(({ path, first: old, second: young }) => {
    return `${path}: ${old ?? 'none'} -> ${young ?? 'none'}`
  })
  const more = changes.length - lines.length
  if (changes.length === 0) return ['the same values, written differently']
  return more > 0 ? [...lines, `(${more} more values)`] : lines
}

/** The ranges in which two contents of one size differ; where the shorter of two ends. */
async function byteRanges(first: ImageReader, second: ImageReader): Promise<string[]> {
  const size = Math.min(first.size, second.size)
  const ranges: { from: number; to: number }[] = []
  for (let at = 0; at < size; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, size - at)
    const [left, right] = [await first.read(at, length), await second.read(at, length)]
    if (left.equals(right)) continue
    for (let index = 0; index < length; index += 1) {
      if (left[index] === right[index]) continue
      const last = ranges.at(-1)
      if (last !== undefined && at + index - last.to <= JOINED_BYTES) last.to = at + index
      else ranges.push({ from: at + index, to: at + index })
    }
  }
  if (ranges.length === 0) return [`the same up to byte ${size}, where the shorter one ends`]
  const shown = ranges.slice(0, RANGES_MAX).map(({ from, to }) => {
    return from === to ? `byte ${from}` : `bytes ${from} to ${to}`
  })
  const more = ranges.length - shown.length
  return [`differ: ${shown.join(', ')}${more > 0 ? ` and ${more} more ranges` : ''}`]
}
