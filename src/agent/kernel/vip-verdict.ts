import type { LinkAddress } from '../wire/netlink-address.ts'
import { IFF_LOWER_UP, IFF_UP, type Link } from '../wire/netlink-link.ts'
import type { IngressChain } from '../wire/netlink-nftables.ts'
import { decodeAddress, decodeMac } from '../wire/text-address.ts'
import { heldLength, type MadeVipDevice } from './vip-device.ts'

/** How the kernel differs from what a device in this state must be; empty: not at all. */
export function judgeDevice(
  device: MadeVipDevice,
  state: 'open' | 'closed',
  link: Link | undefined,
  chain: IngressChain | undefined,
): readonly string[] {
  if (link === undefined) return ['the device is gone']
  if (chain === undefined) return ['its chain is gone']
  const policy = state === 'open' ? 'accept' : 'drop'
  const differences: string[] = []
  const expect = (what: string, expected: string, found: string) => {
    if (expected !== found) differences.push(`${what} is ${found}, expected ${expected}`)
  }
  expect('the name', device.name, link.name)
  expect('the parent', String(device.parent.index), String(link.parent))
  expect('the mode', 'bridge', link.isBridgeMode === true ? 'bridge' : 'another')
  expect('the address', decodeMac(device.mac), decodeMac(link.mac))
  expect('the flag UP', 'set', (link.flags & IFF_UP) !== 0 ? 'set' : 'clear')
  expect('protodown', state === 'open' ? 'off' : 'on', link.isProtoDown ? 'on' : 'off')
  expect("the chain's device", device.name, chain.device ?? 'none')
  expect('the policy', policy, chain.policy)
  if (state === 'open' && link.protoDownReasons !== 0) {
    differences.push(`another program holds it down (reason bits ${link.protoDownReasons})`)
  }
  return differences
}

/**
 * Has a device that is held down a carrier all the same? The kernel gives every macvlan one when
 * it works off a change of carrier of the interface below (net/core/link_watch.c: up to a second
 * after the change; net/core/dev.c, netif_stacked_transfer_operstate, looks at no protodown). The
 * flag itself lags behind nothing: setting protodown once more takes the carrier at once.
 *
 * Such a device can send and is not reached: its chain drops what comes in, so it answers nobody.
 */
export const hasCarrierAllTheSame = (link: Link | undefined): boolean =>
  link?.isProtoDown === true && (link.flags & IFF_LOWER_UP) !== 0

/** How the addresses of a device differ from its VIPs. */
export interface AddressVerdict {
  readonly missing: readonly Uint8Array[]
  /** Addresses that are not VIPs, or have another prefix length than `heldLength`. */
  readonly foreign: readonly LinkAddress[]
}

/** `held` may hold addresses of other links too. */
export function judgeAddresses(
  device: MadeVipDevice,
  held: readonly LinkAddress[],
): AddressVerdict {
  const wanted = new Set(device.addresses.map(decodeAddress))
  const seen = new Set<string>()
  const foreign: LinkAddress[] = []
  for (const each of held) {
    if (each.index !== device.index) continue
    const text = decodeAddress(each.address)
    if (wanted.has(text) && each.prefixLength === heldLength(each.address)) seen.add(text)
    else foreign.push(each)
  }
  return { missing: device.addresses.filter(each => !seen.has(decodeAddress(each))), foreign }
}
