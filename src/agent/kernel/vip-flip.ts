import type { NetlinkRequest } from '../wire/netlink.ts'
import { decodeLink, getLink, type Link, setLink } from '../wire/netlink-link.ts'
import {
  batch,
  decodeIngressChain,
  getChain,
  type IngressChain,
  setPolicy,
} from '../wire/netlink-nftables.ts'
import { ask, askBatch, REQUESTS_MAX, startExchange } from './ask.ts'
import { EIO } from './errno.ts'
import {
  type Answer,
  type Ask,
  andThen,
  done,
  type Failure,
  failed,
  type NetlinkSocket,
  recover,
  type Talk,
} from './talk.ts'
import { type MadeVipDevice, VIP_TABLE } from './vip-device.ts'
import { hasCarrierAllTheSame, judgeDevice } from './vip-verdict.ts'

export type VipState = 'open' | 'closed'

/**
 * So often a carrier is taken from a device in a row. The kernel gives one with a change of the
 * interface's carrier, of which there are a few a second at most; a try takes some 50 us.
 */
const CARRIER_TRIES_MAX = 8

/** What was seen of a device that is as it must be. */
export interface FlipReport {
  /** Frames that the device has dropped since it was last closed; meaningful while it is closed. */
  readonly dropped: number
  /** It is closed, and has kept a carrier: see `hasCarrierAllTheSame`. */
  readonly keepsCarrier: boolean
}

/**
 * Opens or closes the VIPs of one device, whatever their number, with two messages; reads the
 * device and its chain back and compares. `done` means that the kernel was seen to hold it.
 *
 * The filter is the outer gate: it opens last and closes first, so nothing is received through a
 * device that cannot send. A device that does not open is closed again.
 */
export function flip(device: MadeVipDevice, to: VipState): Talk<FlipReport> {
  if (to === 'closed') return close(device)
  const opened = andThen(hold(device, 'open'), link =>
    andThen(filter(device, 'open'), () => judge(device, 'open', link)),
  )
  return recover(opened, failure => {
    const report = () => fail(failure)
    return recover(andThen(close(device), report), report)
  })
}

/** Both gates are tried: one that fails must not keep the other open. */
function close(device: MadeVipDevice): Talk<FlipReport> {
  const filtered = recover<Failure | undefined>(filter(device, 'closed'), done)
  const closed = andThen(filtered, failure =>
    andThen(hold(device, 'closed'), link =>
      failure === undefined ? judge(device, 'closed', link) : fail(failure),
    ),
  )
  return andThen(closed, report => withoutCarrier(device, report))
}

/** A device that keeps a carrier is not closed. */
export const withoutCarrier = (device: MadeVipDevice, report: FlipReport): Talk<FlipReport> =>
  report.keepsCarrier ? failed(EIO, `close ${device.name}: it keeps a carrier`) : done(report)

/**
 * The datagrams that close devices, for whoever must close them without a talk: when the script
 * has failed. Their answers carry the sequence numbers from 1 on and are of no interest.
 *
 * The first ones close all devices at once. A batch of the filter is refused as a whole where one
 * chain is gone, so one for each device follows.
 */
export function closingDatagrams(
  devices: readonly MadeVipDevice[],
): readonly { readonly socket: NetlinkSocket; readonly datagram: Uint8Array }[] {
  const policies = devices.map(({ name }) => setPolicy(VIP_TABLE, name, 'drop'))
  const downs = devices.map(({ index }) => setLink(index, { protoDown: true }))
  const pieces: NetlinkRequest[][] = []
  for (let at = 0; at < downs.length; at += REQUESTS_MAX) {
    pieces.push(downs.slice(at, at + REQUESTS_MAX))
  }
  const filters = devices.length > 1 ? [policies, ...policies.map(each => [each])] : [policies]
  const [whole, ...single] = filters.map(requests => ({
    socket: 'netfilter' as const,
    datagram: encodeAsk({ socket: 'netfilter', requests: batch(requests), last: requests.length }),
  }))
  const links = pieces.map(requests => ({
    socket: 'route' as const,
    datagram: encodeAsk({ socket: 'route', requests, last: requests.length - 1 }),
  }))
  return whole === undefined ? [] : [whole, ...links, ...single]
}

/**
 * Reads a device and its chain and fails where they are not as they must be. A carrier that one
 * which is closed was given meanwhile is taken from it, if it can be.
 */
export function readBack(device: MadeVipDevice, state: VipState): Talk<FlipReport> {
  return andThen(ask('route', [getLink(device.index)]), answer =>
    answer.errno === 0
      ? judge(device, state, linkIn(answer, device))
      : failed(answer.errno, `read ${device.name}`),
  )
}

function judge(
  device: MadeVipDevice,
  state: VipState,
  link: Link | undefined,
  triesLeft = CARRIER_TRIES_MAX,
): Talk<FlipReport> {
  return andThen(readChain(device), chain => {
    const differences = judgeDevice(device, state, link, chain)
    if (differences.length > 0) {
      const verb = state === 'open' ? 'open' : 'close'
      return failed(EIO, `${verb} ${device.name}: ${differences.join('; ')}`)
    }
    const keepsCarrier = state === 'closed' && hasCarrierAllTheSame(link)
    if (!keepsCarrier || triesLeft === 0) return done({ dropped: chain?.frames ?? 0, keepsCarrier })
    return andThen(hold(device, state), now => judge(device, state, now, triesLeft - 1))
  })
}

/** Sets protodown and reads the device in one exchange. */
function hold(device: MadeVipDevice, state: VipState): Talk<Link | undefined> {
  const set = setLink(device.index, { protoDown: state === 'closed' })
  return andThen(ask('route', [set, getLink(device.index)]), answer =>
    answer.errno === 0
      ? done(linkIn(answer, device))
      : failed(answer.errno, `set protodown of ${device.name} ${state === 'open' ? 'off' : 'on'}`),
  )
}

function filter(device: MadeVipDevice, state: VipState): Talk<undefined> {
  const policy = state === 'open' ? 'accept' : 'drop'
  return andThen(askBatch([setPolicy(VIP_TABLE, device.name, policy)]), ({ errno }) =>
    errno === 0 ? done(undefined) : failed(errno, `set the policy of ${device.name} to ${policy}`),
  )
}

function readChain(device: MadeVipDevice): Talk<IngressChain | undefined> {
  return andThen(ask('netfilter', [getChain(VIP_TABLE, device.name)]), ({ errno, messages }) =>
    errno === 0
      ? done(messages.map(decodeIngressChain).find(chain => chain?.name === device.name))
      : failed(errno, `read the chain of ${device.name}`),
  )
}

const linkIn = ({ messages }: Answer, device: MadeVipDevice): Link | undefined =>
  messages.map(decodeLink).find(link => link?.index === device.index)

const encodeAsk = (asked: Ask): Uint8Array => startExchange(asked, 1).datagram

const fail = ({ errno, step }: Failure): Talk<never> => failed(errno, step)
