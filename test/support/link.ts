import type { Link } from '../../src/agent/wire/netlink-link.ts'

/** A link that is up, with what matters to the test. */
export const linkOf = (fields: Partial<Link>): Link => ({
  index: 2,
  name: 'front',
  flags: 0x1_1043,
  operState: 6,
  mtu: 1500,
  mac: new Uint8Array([0x52, 0x54, 0, 0xd1, 1, 1]),
  isProtoDown: false,
  protoDownReasons: 0,
  ...fields,
})
