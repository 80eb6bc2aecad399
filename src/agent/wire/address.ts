/** Addresses of both families: what the rules compare, and what a person reads. */

import { formatIpv4, type Ipv4, parseIpv4 } from './ipv4.ts'
import { formatIpv6, type Ipv6, parseIpv6 } from './ipv6.ts'

export type Address = Ipv4 | Ipv6
export type Family = 4 | 6

export const familyOf = (address: Address): Family => (typeof address === 'number' ? 4 : 6)

/** IPv4 or IPv6 text, with or without a prefix length; undefined: neither. */
export function parseAddress(text: string): Address | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  return address.indexOf(':') < 0 ? parseIpv4(address) : parseIpv6(address)
}

export const formatAddress = (address: Address) =>
  typeof address === 'number' ? formatIpv4(address) : formatIpv6(address)

/** The election's comparison: unsigned, in network order. Addresses of two families: false. */
export function isAbove(left: Address, right: Address): boolean {
  if (typeof left === 'number') return typeof right === 'number' && left > right
  return typeof right === 'string' && left > right
}
