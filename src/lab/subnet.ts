import {
  broadcastOf,
  contains,
  formatIpv4,
  formatPrefix,
  networkOf,
  type Prefix,
  parseIpv4,
  parsePrefix,
} from '../model/ipv4.ts'

/** The subnet of `192.0.2.11/24`, which a checked node.json holds. */
export function subnetOf(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (prefix === undefined) throw new Error(`${text} is no prefix, though it was checked`)
  return { address: networkOf(prefix), length: prefix.length }
}

/** `192.0.2.0/24`: equal for equal subnets. */
export const subnetKey = formatPrefix

/** Whether an address lies in a subnet. */
export function isWithin(subnet: Prefix, address: string): boolean {
  const value = parseIpv4(address)
  return value !== undefined && contains(subnet, value)
}

/** The address part of `192.0.2.11/24`. */
export function withoutLength(prefix: string): string {
  return prefix.split('/')[0] ?? prefix
}

/** The highest host address of a subnet that is not in use. */
export function freeAddress(subnet: Prefix, used: ReadonlySet<string>): string | undefined {
  for (let value = broadcastOf(subnet) - 1; value > subnet.address; value -= 1) {
    const text = formatIpv4(value)
    if (!used.has(text)) return text
  }
  return undefined
}
