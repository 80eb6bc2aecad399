import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, sha256 } from '../kit/hash.ts'

const source = join(import.meta.dirname, '..')

/**
 * SHA-256 over our own code in some rooms: what it makes is made anew when it changes.
 *
 * @param rooms folders in src/, for example `compose`
 */
export async function sourceDigest(rooms: readonly string[]): Promise<string> {
  const sums: [string, string][] = []
  for (const room of rooms) {
    for (const name of (await readdir(join(source, room))).sort()) {
      if (!name.endsWith('.ts')) continue
      sums.push([`${room}/${name}`, sha256(await readFile(join(source, room, name)))])
    }
  }
  return digestOf(sums)
}
