import type { NetlinkRequest } from '../wire/netlink.ts'
import { dropAddressed } from '../wire/netlink-nft-gate.ts'
import { dropFromRule, passNeighboursRule } from '../wire/netlink-nft-rules.ts'
import { newAddressSet } from '../wire/netlink-nft-sets.ts'
import { deleteTable, newInputChain, newTable } from '../wire/netlink-nftables.ts'
import { askBatch } from './ask.ts'
import type { OwnMacVips } from './own-mac-vips.ts'
import { andThen, done, failed, type Talk } from './talk.ts'
import type { VipDevice } from './vip-device.ts'

/** The table, of the family inet, that Accept_Mode false needs. */
const ACCEPT_TABLE = 'director-accept'
const CHAIN = 'input'
/**
 * Behind IPVS, whose hooks are at 98 and 99 (NF_IP_PRI_NAT_SRC - 2 and - 1): it takes what is for
 * a service, and what is left over is for the machine itself.
 */
const PRIORITY = 150

/**
 * Accept_Mode false (RFC 9568 6.1): drops what came in on such a device and is for this machine
 * itself. ARP does not pass here, and neighbour discovery is let through. What is forwarded, since
 * a VIP is somebody's gateway, does not pass here either.
 */
export function limitToServices(devices: readonly VipDevice[]): Talk<void> {
  const limited = devices.filter(({ accept }) => !accept)
  if (limited.length === 0) return done(undefined)
  return drop(rulesOf(limited))
}

/** The same for VIPs on an interface that has addresses of its own. */
export function limitOwnMac(several: readonly OwnMacVips[]): Talk<void> {
  const limited = several.filter(({ accept }) => !accept)
  if (limited.length === 0) return done(undefined)
  const sets = limited.flatMap(({ name, addresses }, at) =>
    newAddressSet(ACCEPT_TABLE, name, at + 1, addresses, 'inet'),
  )
  const rules = limited.flatMap(({ name, parent, family, networks }) => [
    ...(family === 6 ? [passNeighboursRule(ACCEPT_TABLE, CHAIN, parent.name)] : []),
    ...dropAddressed(ACCEPT_TABLE, CHAIN, { set: name, family, networks }),
  ])
  return drop([...sets, ...rules])
}

function rulesOf(limited: readonly VipDevice[]): readonly NetlinkRequest[] {
  return limited.flatMap(({ name, family }) => [
    ...(family === 6 ? [passNeighboursRule(ACCEPT_TABLE, CHAIN, name)] : []),
    dropFromRule(ACCEPT_TABLE, CHAIN, name),
  ])
}

function drop(rules: readonly NetlinkRequest[]): Talk<void> {
  const chain = newInputChain(ACCEPT_TABLE, CHAIN, PRIORITY)
  return andThen(askBatch([newTable(ACCEPT_TABLE, 'inet'), chain, ...rules]), ({ errno }) =>
    errno === 0 ? done(undefined) : failed(errno, `make the nftables table ${ACCEPT_TABLE}`),
  )
}

/** Removes the table if it is there. A kernel without the family inet has none. */
export const removeLimits = (): Talk<void> =>
  andThen(askBatch([newTable(ACCEPT_TABLE, 'inet'), deleteTable(ACCEPT_TABLE, 'inet')]), () =>
    done(undefined),
  )
