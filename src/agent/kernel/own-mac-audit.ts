import type { NetlinkRequest } from '../wire/netlink.ts'
import { deleteAddress, newMovingAddress } from '../wire/netlink-address.ts'
import { ask } from './ask.ts'
import { readBackOwnMac } from './own-mac-flip.ts'
import { sysctlsOf } from './own-mac-prepare.ts'
import { sortHeld } from './own-mac-verdict.ts'
import { ADDRESSES_A_PIECE, DIRECTOR_PROTOCOL, type OwnMacVips } from './own-mac-vips.ts'
import { readAddresses } from './read-network.ts'
import { holdSysctls } from './sysctl.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'
import { heldLength } from './vip-device.ts'
import type { VipState } from './vip-flip.ts'

/**
 * Looks whether the kernel still holds the VIPs as they were left. Sysctls and addresses are put
 * right, a piece at a time; a gate that is not as it was left is a failure, since only a flip may
 * open or close.
 */
export const auditOwnMac = (
  vips: OwnMacVips,
  state: VipState,
): Talk<{ readonly repaired: number }> =>
  andThen(holdSysctls(sysctlsOf(vips)), sysctls =>
    andThen(repair(vips, state), repaired =>
      andThen(readBackOwnMac(vips, state), () => done({ repaired: sysctls.repaired + repaired })),
    ),
  )

function repair(vips: OwnMacVips, state: VipState): Talk<number> {
  const { index } = vips.parent
  return andThen(readAddresses(index, vips.family), found => {
    const { held, missing } = sortHeld(vips, found)
    const requests =
      state === 'closed'
        ? held.map(each => deleteAddress(index, each.address, each.prefixLength))
        : missing.map(each => newMovingAddress(index, each, heldLength(each), DIRECTOR_PROTOCOL))
    const pieces: NetlinkRequest[][] = []
    for (let at = 0; at < requests.length; at += ADDRESSES_A_PIECE) {
      pieces.push(requests.slice(at, at + ADDRESSES_A_PIECE))
    }
    const each = (piece: readonly NetlinkRequest[]) =>
      andThen(ask('route', piece), ({ errno }) =>
        errno === 0 ? done(undefined) : failed(errno, `repair the VIPs of ${vips.name}`),
      )
    return andThen(forEach(pieces, each), () => done(requests.length))
  })
}
