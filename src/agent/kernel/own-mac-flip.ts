import { batch, decodeIngressChain, getChain, setPolicy } from '../wire/netlink-nftables.ts'
import { ask, askAgain, askBatch, startExchange } from './ask.ts'
import { EADDRNOTAVAIL, EEXIST, EIO } from './errno.ts'
import { judgeGate, judgeOwnMac } from './own-mac-verdict.ts'
import { isYes, type OwnMacVips, type Piece } from './own-mac-vips.ts'
import { readAddresses } from './read-network.ts'
import {
  type Ask,
  andThen,
  done,
  failed,
  forEach,
  type NetlinkSocket,
  recover,
  type Talk,
} from './talk.ts'
import { VIP_TABLE } from './vip-device.ts'
import type { VipState } from './vip-flip.ts'

/**
 * Adds the VIPs of several instances to their interfaces, a piece at a time, then lets all of them
 * in by one change of the filter, and reads both back.
 *
 * @param isWanted asked before each piece: what is to be closed meanwhile is left alone
 */
export function openOwnMac(
  several: readonly OwnMacVips[],
  isWanted: (vips: OwnMacVips) => boolean,
): Talk<void> {
  const added = forEach(several, vips =>
    forEach(vips.pieces, piece =>
      isWanted(vips) ? movePiece(vips, piece, 'open') : done(undefined),
    ),
  )
  return andThen(added, () => {
    const wanted = several.filter(isWanted)
    return andThen(setGates(wanted, 'open'), () =>
      andThen(
        forEach(wanted, vips => checkAll(vips, 'open')),
        () => done(undefined),
      ),
    )
  })
}

/** Lets nothing in any more, at once and however many VIPs they are, and reads that back. */
export function shutGates(several: readonly OwnMacVips[]): Talk<void> {
  return andThen(setGates(several, 'closed'), () =>
    andThen(
      forEach(several, vips => readGate(vips, 'closed')),
      () => done(undefined),
    ),
  )
}

/** Deletes the VIPs of several instances and reads back that they are gone. */
export function deleteOwnMac(several: readonly OwnMacVips[]): Talk<void> {
  const each = (vips: OwnMacVips) =>
    andThen(
      forEach(vips.pieces, piece => movePiece(vips, piece, 'closed')),
      () => checkAll(vips, 'closed'),
    )
  return andThen(forEach(several, each), () => done(undefined))
}

/** Reads the gate and every address, and fails where they are not as they must be. */
export function readBackOwnMac(vips: OwnMacVips, state: VipState): Talk<void> {
  return andThen(readChain(vips), chain =>
    andThen(readAddresses(vips.parent.index, vips.family), found =>
      settle(vips, state, judgeOwnMac(vips, state, found, chain)),
    ),
  )
}

/**
 * The datagrams that close them, for whoever must do it without a talk: the filters of all at once,
 * each filter again for the case that one is gone, then the addresses.
 */
export function closingOwnMac(several: readonly OwnMacVips[]): readonly ClosingDatagram[] {
  if (several.length === 0) return []
  const filters = several.map(({ name }) => setPolicy(VIP_TABLE, name, 'drop'))
  const batches = several.length === 1 ? [filters] : [filters, ...filters.map(each => [each])]
  return [
    ...batches.map(some => {
      const asked: Ask = { socket: 'netfilter', requests: batch(some), last: some.length }
      return { socket: 'netfilter' as const, datagram: startExchange(asked, 1).datagram }
    }),
    ...several.flatMap(({ pieces }) =>
      pieces.map(({ deleting }) => ({
        socket: 'route' as const,
        datagram: startExchange(deleting, 1).datagram.slice(),
      })),
    ),
  ]
}

export interface ClosingDatagram {
  readonly socket: NetlinkSocket
  readonly datagram: Uint8Array
}

/** One that fails keeps the others from being set: then each is set by itself. */
function setGates(several: readonly OwnMacVips[], state: VipState): Talk<void> {
  if (several.length === 0) return done(undefined)
  const policy = state === 'open' ? 'accept' : 'drop'
  const set = (some: readonly OwnMacVips[]): Talk<void> =>
    andThen(askBatch(some.map(({ name }) => setPolicy(VIP_TABLE, name, policy))), ({ errno }) =>
      errno === 0
        ? done(undefined)
        : failed(errno, `set the policy of ${some[0]?.name ?? 'a chain'} to ${policy}`),
    )
  if (several.length === 1) return set(several)
  return recover<void>(set(several), () =>
    andThen(
      forEach(several, vips => set([vips])),
      () => done(undefined),
    ),
  )
}

/** Adds or deletes the VIPs of a piece; those that are there already, or gone, are no failure. */
export function movePiece({ name }: OwnMacVips, piece: Piece, state: VipState): Talk<void> {
  const isOpening = state === 'open'
  const step = `${isOpening ? 'add' : 'delete'} the VIPs of ${name}`
  const tolerated = isOpening ? EEXIST : EADDRNOTAVAIL
  return andThen(askAgain(isOpening ? piece.adding : piece.deleting), ({ errno, errors }) => {
    const real = errors.find(error => error.errno !== tolerated)
    if (real !== undefined) return failed(real.errno, step)
    return errno !== 0 && errors.length === 0 ? failed(errno, step) : done(undefined)
  })
}

/** How many VIPs of a piece the interface has. */
export const countPiece = (piece: Piece): Talk<number> =>
  andThen(askAgain(piece.asking), ({ messages }) => done(messages.filter(isYes).length))

/** Every VIP must be there, or none, and the gate be as it must be. */
function checkAll(vips: OwnMacVips, state: VipState): Talk<void> {
  const verb = state === 'open' ? 'open' : 'close'
  return andThen(forEach(vips.pieces, countPiece), counts => {
    const all = vips.addresses.length
    const count = counts.reduce((sum, each) => sum + each, 0)
    return count === (state === 'open' ? all : 0)
      ? readGate(vips, state)
      : failed(EIO, `${verb} ${vips.name}: ${count} of ${all} VIPs are there`)
  })
}

/** Reads the gate and fails where it is not as it must be. */
export const readGate = (vips: OwnMacVips, state: VipState): Talk<void> =>
  andThen(readChain(vips), chain => settle(vips, state, judgeGate(vips, state, chain)))

function readChain({ name }: OwnMacVips) {
  return andThen(ask('netfilter', [getChain(VIP_TABLE, name)]), ({ errno, messages }) =>
    errno === 0
      ? done(messages.map(decodeIngressChain).find(chain => chain?.name === name))
      : failed(errno, `read the chain of ${name}`),
  )
}

const settle = (
  { name }: OwnMacVips,
  state: VipState,
  differences: readonly string[],
): Talk<void> =>
  differences.length === 0
    ? done(undefined)
    : failed(EIO, `${state === 'open' ? 'open' : 'close'} ${name}: ${differences.join('; ')}`)
