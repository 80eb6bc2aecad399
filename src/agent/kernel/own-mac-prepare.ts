import { deleteAddress, type LinkAddress } from '../wire/netlink-address.ts'
import { acceptOthers } from '../wire/netlink-nft-gate.ts'
import { newAddressSet } from '../wire/netlink-nft-sets.ts'
import { newClosedChain, newTable } from '../wire/netlink-nftables.ts'
import { ask, askBatch, REQUESTS_MAX } from './ask.ts'
import { EADDRNOTAVAIL } from './errno.ts'
import { readBackOwnMac } from './own-mac-flip.ts'
import { sortHeld } from './own-mac-verdict.ts'
import { DIRECTOR_PROTOCOL, type OwnMacVips } from './own-mac-vips.ts'
import { readAddresses } from './read-network.ts'
import { holdSysctls, linkSysctls, nodeSysctls } from './sysctl.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'
import { limitOwnMac } from './vip-accept.ts'
import { VIP_TABLE } from './vip-device.ts'

/**
 * Removes every VIP that an earlier run left on an interface: each address that says so itself,
 * whatever the configuration was then, and each that is one of these VIPs.
 *
 * It comes before the filter is removed, or they would answer in between.
 */
export function removeOwnMac(several: readonly OwnMacVips[]): Talk<void> {
  return andThen(readAddresses(0, 4), ipv4 =>
    andThen(readAddresses(0, 6), ipv6 => {
      const found = [...ipv4, ...ipv6]
      const marked = found.filter(({ protocol }) => protocol === DIRECTOR_PROTOCOL)
      const named = several.flatMap(vips => sortHeld(vips, found).held)
      return deleteAll([...new Set([...marked, ...named])])
    }),
  )
}

/** Makes the gates, closed, and reads back that no VIP is there. */
export function prepareOwnMac(several: readonly OwnMacVips[]): Talk<void> {
  const sysctls = several.flatMap(sysctlsOf)
  return andThen(holdSysctls(sysctls), () =>
    andThen(forEach(several, makeGate), () =>
      andThen(limitOwnMac(several), () =>
        andThen(
          forEach(several, vips => readBackOwnMac(vips, 'closed')),
          () => done(undefined),
        ),
      ),
    ),
  )
}

/** What the node and the interface need. */
export const sysctlsOf = ({ family, parent }: OwnMacVips) => [
  ...nodeSysctls(family),
  ...linkSysctls(parent.name),
]

/** All of it takes effect together: no frame passes a gate that is half made. */
function makeGate(vips: OwnMacVips): Talk<void> {
  const { name, parent, family, addresses, networks } = vips
  const gate = [
    newTable(VIP_TABLE),
    ...newAddressSet(VIP_TABLE, name, 1, addresses),
    newClosedChain(VIP_TABLE, name, parent.name),
    ...acceptOthers(VIP_TABLE, name, { set: name, family, networks }),
  ]
  return andThen(askBatch(gate), ({ errno }) =>
    errno === 0 ? done(undefined) : failed(errno, `make the chain ${name}`),
  )
}

function deleteAll(addresses: readonly LinkAddress[]): Talk<void> {
  const pieces: (readonly LinkAddress[])[] = []
  for (let at = 0; at < addresses.length; at += REQUESTS_MAX) {
    pieces.push(addresses.slice(at, at + REQUESTS_MAX))
  }
  const each = (piece: readonly LinkAddress[]): Talk<void> => {
    const requests = piece.map(({ index, address, prefixLength }) =>
      deleteAddress(index, address, prefixLength),
    )
    return andThen(ask('route', requests), ({ errors }) => {
      const real = errors.find(({ errno }) => errno !== EADDRNOTAVAIL)
      return real === undefined ? done(undefined) : failed(real.errno, 'remove the old VIPs')
    })
  }
  return andThen(forEach(pieces, each), () => done(undefined))
}
