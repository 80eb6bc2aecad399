import type { ImageReader } from '../stamp/image-reader.ts'
import { type Member, partOf, type Range, restOf } from './member.ts'

const HEAD_BYTES = 8192

/** Kernel and root file system of a slot of a flash disk, by the manifest in its first line. */
export async function slotMembers(image: ImageReader): Promise<Member[] | undefined> {
  const head = await image.read(0, Math.min(image.size, HEAD_BYTES))
  const end = head.indexOf('\n')
  if (head[0] !== 0x7b || end === -1) return undefined
  const places = placesIn(head.toString('utf8', 0, end))
  if (places === undefined) return undefined
  const members = places.map(({ name, offset, length }): Member => {
    return { path: name, kind: 'file', content: partOf(image, name, offset, length) }
  })
  return [...members, await restOf(image, '(room of the slot)', places)]
}

function placesIn(text: string): (Range & { readonly name: string })[] | undefined {
  let manifest: Readonly<Record<string, Partial<Range> | undefined>>
  try {
    manifest = JSON.parse(text)
  } catch {
    return undefined
  }
  const places = ['kernel', 'system'].flatMap(name => {
    const { offset, length } = manifest[name] ?? {}
    return typeof offset === 'number' && typeof length === 'number'
      ? [{ name, offset, length }]
      : []
  })
  return places.length === 2 ? places : undefined
}
