import type { NetlinkRequest } from '../wire/netlink.ts'
import { decodeLink, getLink, type Link, setLink } from '../wire/netlink-link.ts'
import {
  decodeIngressChain,
  getChain,
  type IngressChain,
  setPolicy,
} from '../wire/netlink-nftables.ts'
import { ask, askBatch, REQUESTS_MAX } from './ask.ts'
import { EIO } from './errno.ts'
import {
  type Answer,
  andThen,
  done,
  failed,
  forEach,
  type NetlinkSocket,
  type Talk,
} from './talk.ts'
import { type MadeVipDevice, VIP_TABLE } from './vip-device.ts'
import { flip, type VipState } from './vip-flip.ts'
import { hasCarrierAllTheSame, judgeDevice } from './vip-verdict.ts'

/**
 * Opens or closes several devices at once: one message for all filters, one datagram for many
 * devices, the same order of gates as for one. All are read back and compared once both gates are
 * passed. Where it fails, nothing is known: each device has to be flipped by itself.
 */
export function flipTogether(devices: readonly MadeVipDevice[], to: VipState): Talk<void> {
  const held =
    to === 'open'
      ? andThen(holdAll(devices, to), read => andThen(filterAll(devices, to), () => done(read)))
      : andThen(filterAll(devices, to), () => holdAll(devices, to))
  return andThen(held, read =>
    andThen(readChains(devices), chains => judgeAll(devices, to, linksIn(read), chains)),
  )
}

/**
 * Sets protodown and reads the devices in one exchange. A device that has just got a carrier sends
 * nothing before a worker of the kernel has seen it, and the worker may wait for the processor
 * that the agent has; to read a link makes the kernel do it at once (from 6.8 on).
 */
function holdAll(devices: readonly MadeVipDevice[], to: VipState): Talk<readonly Answer[]> {
  const pieces = piecesOf(devices, REQUESTS_MAX / 2).map(some => [
    ...some.map(({ index }) => setLink(index, { protoDown: to === 'closed' })),
    ...some.map(({ index }) => getLink(index)),
  ])
  return askAll('route', pieces, `set protodown of ${devices.length} devices`)
}

function linksIn(answers: readonly Answer[]): ReadonlyMap<number, Link> {
  const links = answers.flatMap(({ messages }) => messages.flatMap(each => decodeLink(each) ?? []))
  return new Map(links.map(link => [link.index, link] as const))
}

function filterAll(devices: readonly MadeVipDevice[], to: VipState): Talk<void> {
  const policy = to === 'open' ? 'accept' : 'drop'
  const changes = devices.map(({ name }) => setPolicy(VIP_TABLE, name, policy))
  return andThen(askBatch(changes), ({ errno }) =>
    errno === 0
      ? done(undefined)
      : failed(errno, `set the policy of ${devices.length} devices to ${policy}`),
  )
}

function readChains(devices: readonly MadeVipDevice[]): Talk<ReadonlyMap<string, IngressChain>> {
  const requests = devices.map(({ name }) => getChain(VIP_TABLE, name))
  const pieces = piecesOf(requests, REQUESTS_MAX)
  return andThen(askAll('netfilter', pieces, `read ${devices.length} chains`), answers => {
    const chains = answers.flatMap(({ messages }) =>
      messages.flatMap(each => decodeIngressChain(each) ?? []),
    )
    return done(new Map(chains.map(chain => [chain.name, chain] as const)))
  })
}

function judgeAll(
  devices: readonly MadeVipDevice[],
  to: VipState,
  links: ReadonlyMap<number, Link>,
  chains: ReadonlyMap<string, IngressChain>,
): Talk<void> {
  for (const device of devices) {
    const differences = judgeDevice(device, to, links.get(device.index), chains.get(device.name))
    if (differences.length > 0) return failed(EIO, `${device.name}: ${differences.join('; ')}`)
  }
  const carried = devices.filter(({ index }) => hasCarrierAllTheSame(links.get(index)))
  return andThen(
    forEach(carried, device => flip(device, to)),
    () => done(undefined),
  )
}

function askAll(
  socket: NetlinkSocket,
  pieces: readonly (readonly NetlinkRequest[])[],
  step: string,
): Talk<readonly Answer[]> {
  return forEach(pieces, piece =>
    andThen(ask(socket, piece), answer =>
      answer.errno === 0 ? done(answer) : failed(answer.errno, step),
    ),
  )
}

function piecesOf<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = []
  for (let at = 0; at < items.length; at += count) pieces.push(items.slice(at, at + count))
  return pieces
}
