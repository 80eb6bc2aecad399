import test from 'ava'
import type { ClusterSpec } from '../../../src/model/cluster-spec.ts'
import { checkIdentity } from '../../../src/model/meaning/identity.ts'

const codesOf = (...serials: readonly string[]) => {
  const nodes = serials.map((serial, index) => ({
    ...{ name: `lb${index + 1}`, identity: { dmi_serial: serial } },
  }))
  return [...checkIdentity({ spec: { nodes } as unknown as ClusterSpec })].map(({ code }) => code)
}

test('what vendors leave in the place of a serial number names no machine', t => {
  for (const serial of ['Default string', 'To be filled by O.E.M.', '0123456789', '0000', 'X']) {
    t.deepEqual(codesOf(serial), ['serial_unusable'], serial)
  }
  t.deepEqual(codesOf('CZJ8040D7W', 'VMware-56 4d 1a'), [])
})
