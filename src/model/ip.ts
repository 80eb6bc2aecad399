/**
 * Addresses and prefixes of both families. An address is its bytes as hexadecimal digits in small
 * letters: 8 for IPv4, 32 for IPv6. So two of a family compare as they do on the wire.
 *
 * Pure and without regular expressions, so that the agent's engine runs it too.
 */
import * as ipv4 from './ipv4.ts'

export type Address = string

export interface Prefix {
  /** The address as written, host bits included. */
  readonly address: Address
  /** 0 to 32, or to 128. */
  readonly length: number
}

/** The whole of IPv4 and of IPv6, which `default` may mean. */
export const EVERYTHING: readonly Prefix[] = [
  { address: '0'.repeat(8), length: 0 },
  { address: '0'.repeat(32), length: 0 },
]

export const familyOf = (address: Address): 4 | 6 => (address.length === 8 ? 4 : 6)

/** 32 or 128. */
export const bitsOf = (address: Address): number => address.length * 4

/** IPv4 text, or IPv6 text without a zone or dots; anything else: undefined. */
export function parseAddress(text: string): Address | undefined {
  if (text.indexOf(':') >= 0) return parseIpv6(text)
  const address = ipv4.parseIpv4(text)
  return address === undefined ? undefined : address.toString(16).padStart(8, '0')
}

/** An address, a slash and a length; anything else: undefined. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseAddress(text.slice(0, slash))
  const length = text.slice(slash + 1)
  const bits = Number(length)
  if (address === undefined || String(bits) !== length) return undefined
  return bits >= 0 && bits <= bitsOf(address) ? { address, length: bits } : undefined
}

/** Dotted, or the shortest text by RFC 5952. */
export function formatAddress(address: Address): string {
  if (familyOf(address) === 4) return ipv4.formatIpv4(Number.parseInt(address, 16))
  const groups = Array.from({ length: 8 }, (_, at) =>
    Number.parseInt(address.slice(4 * at, 4 * at + 4), 16).toString(16),
  )
  let [start, length] = [0, 1]
  for (let at = 0; at < 8; at += 1) {
    let end = at
    while (groups[end] === '0') end += 1
    if (end - at > length) [start, length] = [at, end - at]
  }
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** The address as written, a slash and the length. */
export const formatPrefix = ({ address, length }: Prefix) => `${formatAddress(address)}/${length}`

/** The first address of the prefix's network. */
export const networkOf = ({ address, length }: Prefix): Address =>
  mapDigits(address, (digit, ours) => digit & ours, length)

/** The last address of the prefix's network. */
export const lastOf = ({ address, length }: Prefix): Address =>
  mapDigits(address, (digit, ours) => digit | (15 & ~ours), length)

/** Whether an address is in the prefix's network; never, if they are of two families. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.length !== address.length) return false
  return networkOf({ address, length: prefix.length }) === networkOf(prefix)
}

/** Whether two networks share an address. */
export function overlaps(left: Prefix, right: Prefix): boolean {
  return left.length <= right.length ? contains(left, right.address) : contains(right, left.address)
}

/**
 * Whether a host may have this address within its network. IPv4: not its first, not its last.
 * IPv6: not its first, which is the subnet-router anycast address (RFC 4291 2.6.1).
 */
export function isHostAddress(prefix: Prefix): boolean {
  if (prefix.length >= bitsOf(prefix.address) - 1) return true
  if (prefix.address === networkOf(prefix)) return false
  return familyOf(prefix.address) === 6 || prefix.address !== lastOf(prefix)
}

/** What an interface may have: unicast, not loopback, and no IPv4 in IPv6's clothes. */
export function isUnicast(address: Address): boolean {
  if (familyOf(address) === 4) return ipv4.isUnicast(Number.parseInt(address, 16))
  return !address.startsWith('ff') && !address.startsWith('0'.repeat(20))
}

/** 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291). */
export function isLinkLocal(address: Address): boolean {
  if (familyOf(address) === 4) return address.startsWith('a9fe')
  return address.startsWith('fe') && '89ab'.indexOf(address.charAt(2)) >= 0
}

// `ours`: the bits of the digit that belong to the network.
function mapDigits(
  address: Address,
  change: (digit: number, ours: number) => number,
  length: number,
): Address {
  let result = ''
  for (let at = 0; at < address.length; at += 1) {
    const bits = Math.max(0, Math.min(4, length - 4 * at))
    const ours = 15 & ~(15 >> bits)
    result += change(Number.parseInt(address.charAt(at), 16), ours).toString(16)
  }
  return result
}

function parseIpv6(text: string): Address | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const digits = groupsOf(text)
    return digits?.length === 32 ? digits : undefined
  }
  const head = gap === 0 ? '' : groupsOf(text.slice(0, gap))
  const tail = gap + 2 === text.length ? '' : groupsOf(text.slice(gap + 2))
  if (head === undefined || tail === undefined) return undefined
  const missing = 32 - head.length - tail.length
  return missing < 4 ? undefined : head + '0'.repeat(missing) + tail
}

// Groups of one to four digits; undefined: malformed.
function groupsOf(text: string): string | undefined {
  let digits = ''
  for (const part of text.split(':')) {
    const group = groupOf(part)
    if (group === undefined) return undefined
    digits += group
  }
  return digits
}

function groupOf(part: string): string | undefined {
  if (part.length < 1 || part.length > 4) return undefined
  for (const digit of part.toLowerCase())
    if ('0123456789abcdef'.indexOf(digit) < 0) return undefined
  return part.toLowerCase().padStart(4, '0')
}
