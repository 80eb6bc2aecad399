import type { NetlinkRequest } from '../wire/netlink.ts'
import { dropUnmarkedRule, markRule } from '../wire/netlink-nft-rules.ts'
import { newEarlyChain, newOwnedTable } from '../wire/netlink-nftables.ts'
import { askBatch } from './ask.ts'
import type { OwnMacVips } from './own-mac-vips.ts'
import { andThen, done, type Talk } from './talk.ts'
import { type MadeVipDevice, VIP_TABLE } from './vip-device.ts'

/** The table that the kernel removes together with the socket of the agent. */
export const ALIVE_TABLE = 'director-alive'
/** Marks a frame on its way between two chains of one device; nothing else sees it. */
const ALIVE = 0xd14ec701

// The interface has other traffic too: its mark is taken off again behind the gate.
const tieInterface = ({ name, parent }: OwnMacVips): readonly NetlinkRequest[] => [
  newEarlyChain(ALIVE_TABLE, name, parent.name),
  markRule(ALIVE_TABLE, name, ALIVE),
  newEarlyChain(ALIVE_TABLE, `${name}.end`, parent.name, 10),
  markRule(ALIVE_TABLE, `${name}.end`, 0),
  dropUnmarkedRule(VIP_TABLE, name, ALIVE),
]

/**
 * Ties the devices to the life of this agent: a chain of a table that the agent's socket owns
 * marks each frame, and the device's own chain drops what has no mark. When the agent is killed
 * the kernel removes the marking table in the same moment, and no VIP receives anything, whatever
 * was open.
 *
 * @returns false where the kernel has no owned tables (before 5.12): the devices work all the same
 */
export const tieToLife = (
  devices: readonly MadeVipDevice[],
  ownMac: readonly OwnMacVips[] = [],
): Talk<boolean> =>
  andThen(
    askBatch([
      newOwnedTable(ALIVE_TABLE),
      ...devices.flatMap(({ name }) => [
        newEarlyChain(ALIVE_TABLE, name, name),
        markRule(ALIVE_TABLE, name, ALIVE),
        dropUnmarkedRule(VIP_TABLE, name, ALIVE),
        markRule(VIP_TABLE, name, 0),
      ]),
      ...ownMac.flatMap(tieInterface),
    ]),
    ({ errno }) => done(errno === 0),
  )
