// ELF, 64 bit, little endian: System V gABI chapters 4 and 5; field names as in <elf.h>.

/** What a program or library asks of the loader. */
export interface ElfNeeds {
  /** DT_NEEDED, in order. */
  readonly needed: readonly string[]
  /** DT_RUNPATH or DT_RPATH, as written, for example `$ORIGIN/../lib`. */
  readonly runPath: readonly string[]
  /** PT_INTERP, without its leading slash. */
  readonly interpreter?: string
}

const ELF_HEADER_BYTES = 64
const ET_REL = 1
// Takes room in memory and none in the file.
const SHT_NOBITS = 8
const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DT_NULL = 0n
const DT_NEEDED = 1n
const DT_STRTAB = 5n
const DT_RPATH = 15n
const DT_RUNPATH = 29n

/**
 * Reads what an ELF file needs from the loader.
 *
 * @returns undefined for anything that is not a 64-bit little-endian ELF, or is damaged
 */
export function readElfNeeds(content: Uint8Array): ElfNeeds | undefined {
  const view = asElf(content)
  if (view === undefined) return undefined
  try {
    return readNeeds(view)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * The bytes of a section of an ELF file, for example `.modinfo` of a kernel module.
 *
 * @returns undefined when there is no such section, or the file is damaged
 */
export function readElfSection(content: Uint8Array, name: string): Uint8Array | undefined {
  const view = asElf(content)
  if (view === undefined) return undefined
  try {
    const section = readSections(view).find(one => one.name === name)
    return section === undefined ? undefined : contentOf(view, section)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * Every named section of an ELF file with its bytes, in the order of the file.
 *
 * @returns undefined for anything that is not a 64-bit little-endian ELF, or is damaged
 */
export function readElfSections(content: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const view = asElf(content)
  if (view === undefined) return undefined
  try {
    const sections = readSections(view).filter(({ name }) => name !== '')
    return new Map(sections.map(section => [section.name, contentOf(view, section)]))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function asElf(content: Uint8Array): Buffer | undefined {
  const view = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const isElf = view.length >= ELF_HEADER_BYTES && view.readUInt32BE(0) === 0x7f454c46
  // EI_CLASS 2: 64 bit; EI_DATA 1: little endian.
  return isElf && view[4] === 2 && view[5] === 1 ? view : undefined
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: bigint
  readonly size: number
}

function readNeeds(view: Buffer): ElfNeeds | undefined {
  if (view.readUInt16LE(16) === ET_REL) return undefined
  const segments = readSegments(view)
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
  const interp = segments.find(({ type }) => type === PT_INTERP)
  const interpreter =
    interp === undefined ? {} : { interpreter: textAt(view, interp.offset).replace(/^\/+/, '') }
  if (dynamic === undefined) return { needed: [], runPath: [], ...interpreter }

  const entries = readDynamic(view, dynamic)
  const strings = offsetOf(segments, entries.find(([tag]) => tag === DT_STRTAB)?.[1] ?? 0n)
  const texts = (wanted: readonly bigint[]) =>
    entries
      .filter(([tag]) => wanted.includes(tag))
      .map(([, value]) => textAt(view, strings + Number(value)))
  return {
    needed: texts([DT_NEEDED]),
    runPath: texts([DT_RPATH, DT_RUNPATH]).flatMap(path => path.split(':')),
    ...interpreter,
  }
}

function readSegments(view: Buffer): Segment[] {
  const start = Number(view.readBigUInt64LE(32))
  const bytes = view.readUInt16LE(54)
  return Array.from({ length: view.readUInt16LE(56) }, (_, index) => {
    const at = start + index * bytes
    return {
      type: view.readUInt32LE(at),
      offset: Number(view.readBigUInt64LE(at + 8)),
      address: view.readBigUInt64LE(at + 16),
      size: Number(view.readBigUInt64LE(at + 32)),
    }
  })
}

function readDynamic(view: Buffer, { offset, size }: Segment): [bigint, bigint][] {
  const entries: [bigint, bigint][] = []
  for (let at = offset; at + 16 <= offset + size; at += 16) {
    const tag = view.readBigUInt64LE(at)
    if (tag === DT_NULL) break
    entries.push([tag, view.readBigUInt64LE(at + 8)])
  }
  return entries
}

function offsetOf(segments: readonly Segment[], address: bigint): number {
  const segment = segments.find(
    ({ type, address: start, size }) =>
      type === PT_LOAD && address >= start && address < start + BigInt(size),
  )
  if (segment === undefined) throw new RangeError('an address lies in no segment')
  return segment.offset + Number(address - segment.address)
}

interface Section {
  readonly name: string
  readonly type: number
  readonly offset: number
  readonly size: number
}

function readSections(view: Buffer): Section[] {
  const start = Number(view.readBigUInt64LE(40))
  const bytes = view.readUInt16LE(58)
  const header = (index: number) => start + index * bytes
  const offset = (index: number) => Number(view.readBigUInt64LE(header(index) + 24))
  const names = offset(view.readUInt16LE(62))
  return Array.from({ length: view.readUInt16LE(60) }, (_, index) => ({
    name: textAt(view, names + view.readUInt32LE(header(index))),
    type: view.readUInt32LE(header(index) + 4),
    offset: offset(index),
    size: Number(view.readBigUInt64LE(header(index) + 32)),
  }))
}

function contentOf(view: Buffer, { type, offset, size }: Section): Uint8Array {
  if (type === SHT_NOBITS) return new Uint8Array(0)
  if (offset + size > view.length) throw new RangeError('a section runs past the end')
  return view.subarray(offset, offset + size)
}

function textAt(view: Buffer, offset: number): string {
  const end = view.indexOf(0, offset)
  if (offset >= view.length || end === -1) throw new RangeError('a text runs past the end')
  return view.toString('utf8', offset, end)
}
