// The smallest ISO 9660 file system that holds some files: ECMA-119, sections 8.4 and 9.1.

const SECTOR = 2048
const ROOT_SECTOR = 17

/** A folder of files, or of folders of files: `{ director: { 'layout.json': bytes } }`. */
export interface TinyFolder {
  readonly [name: string]: Uint8Array | TinyFolder
}

interface Record {
  readonly name: string
  readonly isDirectory: boolean
  readonly sector: number
  readonly length: number
}

/** The bytes of an ISO with these files; names in capitals with a version, as ISO has them. */
export function tinyIso(root: TinyFolder): Buffer {
  const sectors: Buffer[] = []
  const place = (content: Uint8Array): number => {
    const sector = ROOT_SECTOR + 1 + sectors.length
    const count = Math.max(1, Math.ceil(content.length / SECTOR))
    const padded = Buffer.alloc(count * SECTOR)
    padded.set(content)
    for (let at = 0; at < count; at += 1) {
      sectors.push(padded.subarray(at * SECTOR, (at + 1) * SECTOR))
    }
    return sector
  }
  const folder = (entries: TinyFolder): Buffer => {
    const records = Object.entries(entries).map(([name, entry]): Record => {
      const isDirectory = !(entry instanceof Uint8Array)
      const content = entry instanceof Uint8Array ? entry : folder(entry)
      return { name, isDirectory, sector: place(content), length: content.length }
    })
    return folderSector(records)
  }
  const rootSector = folder(root)
  const size = ROOT_SECTOR + 1 + sectors.length
  return Buffer.concat([Buffer.alloc(16 * SECTOR), volume(size), rootSector, ...sectors])
}

function folderSector(records: readonly Record[]): Buffer {
  const bytes = Buffer.alloc(SECTOR)
  let at = 0
  for (const record of records) {
    const encoded = encodeRecord(record)
    bytes.set(encoded, at)
    at += encoded.length
  }
  return bytes
}

function volume(sectors: number): Buffer {
  const bytes = Buffer.alloc(SECTOR)
  bytes[0] = 1
  bytes.write('CD001', 1, 'latin1')
  bytes.writeUInt32LE(sectors, 80)
  bytes.writeUInt16LE(SECTOR, 128)
  const root = { name: '\0', isDirectory: true, sector: ROOT_SECTOR, length: SECTOR }
  bytes.set(encodeRecord(root), 156)
  return bytes
}

function encodeRecord({ name, isDirectory, sector, length }: Record): Buffer {
  const isoName = isDirectory ? name.toUpperCase() : `${name.toUpperCase()};1`
  const bytes = Buffer.alloc(33 + isoName.length + ((isoName.length + 1) % 2))
  bytes[0] = bytes.length
  bytes.writeUInt32LE(sector, 2)
  bytes.writeUInt32LE(length, 10)
  bytes[25] = isDirectory ? 2 : 0
  bytes[32] = isoName.length
  bytes.write(isoName, 33, 'latin1')
  return bytes
}
