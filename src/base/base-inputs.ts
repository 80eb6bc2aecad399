import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'

/** What a base is made from: names that a person knows, to versions or digests. */
export type BaseInputs = Readonly<Record<string, string>>

// So many names say what has changed; more only fill the line.
const NAMED_MAX = 4

/**
 * Says why a base has to be made, compared with the one that was asked for last, and remembers
 * this one.
 */
export async function whyNew(cache: string, inputs: BaseInputs): Promise<string> {
  const file = join(cache, 'base', 'last-inputs.json')
  const before = await readFile(file, 'utf8').then(
    text => JSON.parse(text) as BaseInputs,
    () => undefined,
  )
  await writeAtomic(file, `${JSON.stringify(inputs)}\n`)
  return before === undefined ? 'first base in this cache' : describeChange(before, inputs)
}

/** Names what differs, for example `new base: package libc6, modules of the board`. */
export function describeChange(before: BaseInputs, now: BaseInputs): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    name => before[name] !== now[name],
  )
  if (names.length === 0) return 'base is not in the cache'
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''
  return `new base: other ${names.slice(0, NAMED_MAX).join(', ')}${more}`
}
