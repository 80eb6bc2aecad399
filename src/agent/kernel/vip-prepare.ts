import type { NetlinkRequest } from '../wire/netlink.ts'
import { deleteAddress, IFA_F_NODAD, newAddress } from '../wire/netlink-address.ts'
import { deleteLink, newMacvlan, setLink } from '../wire/netlink-link.ts'
import { deleteTable, newClosedChain, newTable } from '../wire/netlink-nftables.ts'
import { ask, askBatch, REQUESTS_MAX } from './ask.ts'
import { EEXIST, EIO, ENODEV } from './errno.ts'
import { readAddresses, readLinks } from './read-network.ts'
import { holdSysctls, linkSysctls, nodeSysctls, vipDeviceSysctls } from './sysctl.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'
import { limitToServices, removeLimits } from './vip-accept.ts'
import {
  heldLength,
  isVipDevice,
  type MadeVipDevice,
  VIP_TABLE,
  type VipDevice,
} from './vip-device.ts'
import { readBack } from './vip-flip.ts'
import { judgeAddresses } from './vip-verdict.ts'

/**
 * Makes the VIP devices, closed in both directions, with all their addresses, and reads all of it
 * back. What an earlier run left behind is removed first: a device that is gone is closed.
 *
 * A device gets protodown and its chain while it is still down, so that no frame passes before.
 * One that keeps a carrier all the same does not end the start, since it answers nobody: the
 * loop closes it again with the next notice of the kernel.
 */
export function prepareVips(devices: readonly VipDevice[]): Talk<readonly MadeVipDevice[]> {
  return andThen(removeVips(), () =>
    andThen(holdSysctls(sysctlsUnder(devices)), () =>
      andThen(makeDevices(devices), made =>
        andThen(closeAll(made), () =>
          andThen(limitToServices(made), () =>
            andThen(forEach(made, bringUp), () =>
              andThen(
                forEach(made, each => readBack(each, 'closed')),
                () => done(made),
              ),
            ),
          ),
        ),
      ),
    ),
  )
}

/** Removes every VIP device and its table, whichever run made them. */
export function removeVips(): Talk<void> {
  return andThen(readLinks(), links => {
    const requests = links.filter(isVipDevice).map(link => deleteLink(link.index))
    // A table is deleted only where it exists; making it first makes sure of that.
    const table = askBatch([newTable(VIP_TABLE), deleteTable(VIP_TABLE)])
    return andThen(askInPieces('remove the old VIP devices', requests, [ENODEV]), () =>
      andThen(removeLimits(), () =>
        andThen(table, ({ errno }) =>
          errno === 0 ? done(undefined) : failed(errno, `remove the nftables table ${VIP_TABLE}`),
        ),
      ),
    )
  })
}

/** Adds the VIPs that a device lacks, deletes what is not one, and compares again. */
export function repairAddresses(device: MadeVipDevice): Talk<{ readonly repaired: number }> {
  return andThen(readAddresses(device.index, device.family), held => {
    const { missing, foreign } = judgeAddresses(device, held)
    const requests = [
      ...foreign.map(each => deleteAddress(each.index, each.address, each.prefixLength)),
      // Whoever is active has the address too: both hold it, one answers for it.
      ...missing.map(address =>
        newAddress(device.index, address, heldLength(address), flagsOf(device)),
      ),
    ]
    if (requests.length === 0) return done({ repaired: 0 })
    return andThen(askInPieces(`give ${device.name} its addresses`, requests, [EEXIST]), () =>
      andThen(readAddresses(device.index, device.family), now => {
        const left = judgeAddresses(device, now)
        const count = left.missing.length + left.foreign.length
        return count === 0
          ? done({ repaired: requests.length })
          : failed(EIO, `give ${device.name} its addresses: ${count} differ`)
      }),
    )
  })
}

const flagsOf = ({ family }: VipDevice) => (family === 6 ? IFA_F_NODAD : 0)

function sysctlsUnder(devices: readonly VipDevice[]) {
  const parents = new Set(devices.map(device => device.parent.name))
  const families = new Set(devices.map(({ family }) => family))
  return [...[...families].flatMap(nodeSysctls), ...[...parents].flatMap(linkSysctls)]
}

function makeDevices(devices: readonly VipDevice[]): Talk<readonly MadeVipDevice[]> {
  const make = (device: VipDevice) =>
    andThen(ask('route', [newMacvlan({ ...device, parent: device.parent.index })]), ({ errno }) =>
      errno === 0 ? done(undefined) : failed(errno, `make ${device.name}`),
    )
  return andThen(forEach(devices, make), () =>
    andThen(readLinks(), links =>
      forEach(devices, device => {
        const link = links.find(each => each.name === device.name)
        return link === undefined
          ? failed(ENODEV, `make ${device.name}: it is not there`)
          : done({ ...device, index: link.index })
      }),
    ),
  )
}

function closeAll(devices: readonly MadeVipDevice[]): Talk<void> {
  const chains = devices.map(({ name }) => newClosedChain(VIP_TABLE, name, name))
  const down = devices.map(({ index }) => setLink(index, { protoDown: true }))
  return andThen(askInPieces('set protodown on the VIP devices', down, []), () =>
    andThen(askBatch([newTable(VIP_TABLE), ...chains]), ({ errno }) =>
      errno === 0 ? done(undefined) : failed(errno, `make the nftables table ${VIP_TABLE}`),
    ),
  )
}

function bringUp(device: MadeVipDevice): Talk<void> {
  return andThen(holdSysctls(vipDeviceSysctls(device.name, device.family)), () =>
    andThen(repairAddresses(device), () =>
      andThen(ask('route', [setLink(device.index, { up: true })]), ({ errno }) =>
        errno === 0 ? done(undefined) : failed(errno, `bring ${device.name} up`),
      ),
    ),
  )
}

/** Many requests in datagrams of a bounded size; the errnos named are no failure. */
function askInPieces(
  step: string,
  requests: readonly NetlinkRequest[],
  tolerated: readonly number[],
): Talk<void> {
  const pieces: NetlinkRequest[][] = []
  for (let at = 0; at < requests.length; at += REQUESTS_MAX) {
    pieces.push(requests.slice(at, at + REQUESTS_MAX))
  }
  const each = (piece: readonly NetlinkRequest[]) =>
    andThen(ask('route', piece), ({ errno, errors }) => {
      const real = errors.find(error => !tolerated.includes(error.errno))
      if (real !== undefined) return failed(real.errno, step)
      return errno !== 0 && errors.length === 0 ? failed(errno, step) : done(undefined)
    })
  return andThen(forEach(pieces, each), () => done(undefined))
}
