import { isUnsettled, type LinkAddress } from '../wire/netlink-address.ts'
import type { IngressChain } from '../wire/netlink-nftables.ts'
import type { OwnMacVips } from './own-mac-vips.ts'
import { heldLength } from './vip-device.ts'

/** Addresses of an interface, as far as they are VIPs of these. */
export interface HeldVips {
  readonly held: readonly LinkAddress[]
  readonly missing: readonly Uint8Array[]
}

/** `found` may hold addresses of other links, and the interface's own. */
export function sortHeld(vips: OwnMacVips, found: readonly LinkAddress[]): HeldVips {
  const wanted = new Map(vips.addresses.map(address => [keyOf(address), address] as const))
  const held = found.filter(
    ({ index, address, prefixLength }) =>
      index === vips.parent.index &&
      prefixLength === heldLength(address) &&
      wanted.delete(keyOf(address)),
  )
  return { held, missing: [...wanted.values()] }
}

/** How the kernel differs from what VIPs in this state must be; empty: not at all. */
export function judgeOwnMac(
  vips: OwnMacVips,
  state: 'open' | 'closed',
  found: readonly LinkAddress[],
  chain: IngressChain | undefined,
): readonly string[] {
  const { held, missing } = sortHeld(vips, found)
  const unsettled = held.filter(isUnsettled).length
  const differences: string[] = [...judgeGate(vips, state, chain)]
  if (state === 'closed' && held.length > 0) differences.push(`${held.length} VIPs are still there`)
  if (state === 'open' && missing.length > 0) differences.push(`${missing.length} VIPs are missing`)
  if (state === 'open' && unsettled > 0) differences.push(`${unsettled} VIPs are tentative`)
  return differences
}

/** How the gate differs. */
export function judgeGate(
  { parent }: OwnMacVips,
  state: 'open' | 'closed',
  chain: IngressChain | undefined,
): readonly string[] {
  if (chain === undefined) return ['its chain is gone']
  const policy = state === 'open' ? 'accept' : 'drop'
  const device = chain.device ?? 'none'
  return [
    ...(device === parent.name ? [] : [`the chain's device is ${device}, expected ${parent.name}`]),
    ...(chain.policy === policy ? [] : [`the policy is ${chain.policy}, expected ${policy}`]),
  ]
}

/** Bytes as a key: cheap, since thousands are compared. */
export const keyOf = (address: Uint8Array): string | number =>
  address.length === 4
    ? ((address[0] ?? 0) << 24) |
      ((address[1] ?? 0) << 16) |
      ((address[2] ?? 0) << 8) |
      (address[3] ?? 0)
    : String.fromCharCode(...address)
