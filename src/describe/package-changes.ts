import type { Member } from './member.ts'

/** A package of which two builds took different versions; undefined where one has none. */
export interface PackageChange {
  readonly name: string
  readonly first?: string
  readonly second?: string
}

const DOCUMENT_BYTES_MAX = 64 << 20

/**
 * Which packages differ, by the bill of materials or the manifest among the members.
 *
 * @returns none where either side has neither of them
 */
export async function packageChanges(
  first: readonly Member[],
  second: readonly Member[],
): Promise<PackageChange[]> {
  for (const kind of [billVersions, manifestVersions]) {
    const [left, right] = [await versionsIn(first, kind), await versionsIn(second, kind)]
    if (left !== undefined && right !== undefined) return changesOf(left, right)
  }
  return []
}

type Versions = ReadonlyMap<string, string>

interface Named {
  readonly name?: unknown
  readonly version?: unknown
  readonly purl?: unknown
}

function changesOf(left: Versions, right: Versions): PackageChange[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  return names.flatMap(name => {
    const [first, second] = [left.get(name), right.get(name)]
    if (first === second) return []
    return [
      {
        name,
        ...(first === undefined ? {} : { first }),
        ...(second === undefined ? {} : { second }),
      },
    ]
  })
}

async function versionsIn(
  members: readonly Member[],
  read: (document: Readonly<Record<string, unknown>>) => readonly Named[] | undefined,
): Promise<Versions | undefined> {
  for (const { path, content } of members) {
    if (content === undefined || content.size > DOCUMENT_BYTES_MAX) continue
    if (!/\.json$/.test(path) || path.includes('/nodes/') || path.startsWith('nodes/')) continue
    const named = read(parse(await content.read(0, content.size)))
    if (named === undefined) continue
    return new Map(named.map(({ name, version }) => [String(name), String(version)]))
  }
  return undefined
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function billVersions({ bomFormat, components }: Readonly<Record<string, unknown>>) {
  if (bomFormat !== 'CycloneDX' || !Array.isArray(components)) return undefined
  return (components as Named[]).filter(({ purl }) => typeof purl === 'string')
}

function manifestVersions({ outputs, packages }: Readonly<Record<string, unknown>>) {
  return Array.isArray(outputs) && Array.isArray(packages) ? (packages as Named[]) : undefined
}
