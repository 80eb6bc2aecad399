import type { Link } from '../wire/netlink-link.ts'

export interface Rename {
  readonly index: number
  readonly from: string
  readonly to: string
}

/**
 * The renames that give each wanted link its name, in an order in which no name is taken twice.
 *
 * A link that stands in the way moves to a spare name first: for good if nobody wants it, for a
 * moment if it gets another name itself. So two links can change names with each other.
 */
export function planRenames(
  links: readonly Link[],
  wanted: readonly { readonly index: number; readonly name: string }[],
): readonly Rename[] {
  const names = new Map(links.map(link => [link.index, link.name]))
  const renames: Rename[] = []
  const rename = (index: number, to: string) => {
    renames.push({ index, from: names.get(index) ?? '', to })
    names.set(index, to)
  }
  for (const { index, name } of wanted) {
    const holder = links.find(link => names.get(link.index) === name)
    if (holder?.index === index) continue
    if (holder !== undefined) rename(holder.index, spareName(holder.index, names))
    rename(index, name)
  }
  return renames
}

function spareName(index: number, names: ReadonlyMap<number, string>): string {
  const taken = new Set(names.values())
  let name = `spare${index}`
  for (let more = 0; taken.has(name); more++) name = `spare${index}x${more}`
  return name
}
