import type { Finding, Subject } from './finding.ts'

// What vendors leave in the place of a serial number; many machines have the same.
const PLACEHOLDERS =
  /^(to be filled by o\.?e\.?m\.?|default string|(system|chassis) serial number|not (specified|applicable|available)|n\/a|none|null|unknown|invalid|empty|oem|0?123456789)$/i
const ONE_CHARACTER = /^(.)\1*$/

/** A serial number tells one machine from every other one. */
export function* checkIdentity({ spec }: Pick<Subject, 'spec'>): Iterable<Finding> {
  const seen = new Map<string, string>()
  for (const [index, { name, identity }] of spec.nodes.entries()) {
    const serial = identity?.dmi_serial
    if (serial === undefined) continue
    const path = ['nodes', index, 'identity', 'dmi_serial']
    if (PLACEHOLDERS.test(serial) || ONE_CHARACTER.test(serial)) {
      yield {
        code: 'serial_unusable',
        path,
        message: 'this is no serial number but what a vendor put in its place',
        expected: 'a serial number that no other machine has',
        found: serial,
        remedy: 'leave identity out: the node is then known by its MAC addresses',
      }
    }
    const other = seen.get(serial)
    if (other === undefined) seen.set(serial, name)
    else {
      yield {
        code: 'duplicate_serial',
        path,
        message: 'two nodes have the same DMI serial number',
        expected: 'a serial number of its own for each machine',
        found: `${serial} for ${other} and for ${name}`,
      }
    }
  }
}
