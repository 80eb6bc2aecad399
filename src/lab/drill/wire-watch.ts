import { existsSync } from 'node:fs'
import { advertOf, arpClaim, CAPTURE_START, type CapturedFrame, decodeFrames } from '../capture.ts'
import type { Lab } from '../lab.ts'
import { labProblem } from '../lab-problem.ts'
import { batch, SWITCH } from '../network.ts'
import { networkAround } from '../networks.ts'
import { usedAddresses } from '../stations.ts'
import { freeAddress, isWithin } from '../subnet.ts'
import { createTranscript } from '../transcript.ts'

/** One thing that a director said on the network of the watched VIP, by the lab's clock. */
export type WireEvent = { readonly at_ms: number; readonly node: string } & (
  | { readonly kind: 'arp' | 'echo' }
  | { readonly kind: 'advert'; readonly vrid: number; readonly priority: number }
  | { readonly kind: 'announcement'; readonly address: string }
  /** By ARP, for an address that is not the one that is watched. */
  | { readonly kind: 'answer'; readonly address: string }
)

/** Who answers for a VIP: all that the directors said so far. */
export interface WireWatch {
  readonly address: string
  readonly events: readonly WireEvent[]
}

const QUESTION_MS = 10
const QUESTIONS_A_PROCESS = 200
const ICMP = 1
const LISTENING_TIMEOUT_MS = 10_000

/**
 * Begins to ask who has a VIP, a hundred times a second each: a host that always asks anew by ARP,
 * and one that has a permanent entry for the virtual MAC and sends echo requests to it. Every frame
 * reaches both directors from now on, as on a hub.
 */
export async function watchWire(lab: Lab, address: string, virtualMac: string): Promise<WireWatch> {
  const network = networkAround(lab.plan.networks, address)
  if (network === undefined || lab.observers === undefined) {
    throw labProblem('lab_unsupported', `nobody can look at ${address}`, 'it is on no network')
  }
  const { name } = network
  await batch(lab.run.namespace(SWITCH), [`link set ${name} type bridge ageing_time 0`])
  const [asker, knower] = await addHosts(lab, address)
  const events: WireEvent[] = []
  await captureAll(lab, name, frame => {
    const event = eventOf(frame, address)
    if (event !== undefined) events.push(event)
  })
  ask(lab, asker, address)
  await batch(knower, [
    `neighbour replace ${address} dev ${name} lladdr ${virtualMac} nud permanent`,
  ])
  const [ping = '', ...words] = lab.observers.ping
  lab.crew.start(ping, [...words, '-n', '-q', '-i', '0.01', '-W', '1', address], {
    namespace: knower,
  })
  return { address, events }
}

/** Two namespaces with a cable to the VIP's network. */
async function addHosts(lab: Lab, address: string): Promise<readonly [string, string]> {
  const network = networkAround(lab.plan.networks, address)
  const used = usedAddresses(lab.nodes)
  for (const { legs } of lab.plan.stations) {
    for (const leg of legs) for (const own of leg.addresses) used.add(own.split('/')[0] ?? own)
  }
  const names = ['asker', 'knower'] as const
  for (const [index, host] of names.entries()) {
    const namespace = lab.run.namespace(host)
    const subnet = network?.subnets.find(candidate => isWithin(candidate, address))
    const free = subnet === undefined ? undefined : freeAddress(subnet, used)
    if (network === undefined || subnet === undefined || free === undefined) {
      throw labProblem('lab_unsupported', `no address is left beside ${address}`, 'two are needed')
    }
    used.add(free)
    await batch(undefined, [`netns add ${namespace}`])
    await batch(lab.run.namespace(SWITCH), [
      `link add w${index} type veth peer name ${network.name} netns ${namespace}`,
      `link set w${index} master ${network.name} up`,
    ])
    await batch(namespace, [
      'link set lo up',
      `link set ${network.name} up`,
      `address add ${free}/${subnet.length} dev ${network.name}`,
    ])
  }
  return [lab.run.namespace('asker'), lab.run.namespace('knower')]
}

// An `ip` that reads commands: the neighbour is forgotten and asked for as if a packet waited. It
// is renewed now and then, since one that stops to ask says nothing.
function ask(lab: Lab, namespace: string, address: string): void {
  const network = networkAround(lab.plan.networks, address)?.name ?? ''
  const question = [
    `neighbour replace ${address} dev ${network} lladdr 02:00:00:00:00:01 nud permanent`,
    `neighbour delete ${address} dev ${network}`,
    `neighbour add ${address} dev ${network} use nud none`,
  ]
  const start = () => lab.crew.start('ip', ['-n', namespace, '-force', '-batch', '-'])
  let asking = start()
  let count = 0
  const timer = setInterval(() => {
    count += 1
    if (count % QUESTIONS_A_PROCESS === 0) {
      void asking.end()
      // Its folder is removed with the lab.
      if (!existsSync(lab.run.folder)) return clearInterval(timer)
      asking = start()
    }
    asking.child.stdin?.write(`${question.join('\n')}\n`)
  }, QUESTION_MS)
  timer.unref()
}

type NodeFrame = CapturedFrame & { readonly node: string }

/** Reads what each director sends on a network, stamped by the lab's clock. */
async function captureAll(
  lab: Lab,
  network: string,
  onFrame: (frame: NodeFrame) => void,
): Promise<void> {
  const [tcpdump = '', ...words] = lab.observers?.tcpdump ?? []
  for (const { name: node, nics } of lab.plan.directors) {
    for (const { tap } of nics.filter(nic => nic.network === network)) {
      const options = '-Z root -Q in --immediate-mode -U -s 128 -w - -i'.split(' ')
      const filter = ['arp', 'or', 'icmp', 'or', 'ip', 'proto', '112']
      const said = createTranscript(`tcpdump on ${tap}`)
      const member = lab.crew.start(tcpdump, [...words, ...options, tap, ...filter], {
        namespace: lab.run.namespace(SWITCH),
        onBytes: framesOf(frame => onFrame({ ...frame, node })),
        onLine: line => said.append(`${line}\n`),
      })
      void member.ended.then(() => said.end('it ended'))
      await said.waitFor('listening on', LISTENING_TIMEOUT_MS, 0)
    }
  }
}

/** Takes a capture in pieces and gives its frames. */
function framesOf(onFrame: (frame: CapturedFrame) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0)
  let skip = CAPTURE_START
  return piece => {
    rest = Buffer.concat([rest, piece])
    const head = Math.min(skip, rest.length)
    skip -= head
    const { frames, length } = decodeFrames(rest.subarray(head))
    rest = rest.subarray(head + length)
    for (const frame of frames) onFrame(frame)
  }
}

function eventOf(frame: NodeFrame, address: string): WireEvent | undefined {
  const { node, bytes } = frame
  const at_ms = frame.at_us / 1_000
  const claim = arpClaim(frame)
  if (claim !== undefined) {
    if (claim.isGratuitous) return { at_ms, node, kind: 'announcement', address: claim.address }
    if (claim.address === address) return { at_ms, node, kind: 'arp' }
    return { at_ms, node, kind: 'answer', address: claim.address }
  }
  const advert = advertOf(frame)
  if (advert !== undefined) return { at_ms, node, kind: 'advert', ...advert }
  const isEcho = bytes[12] === 8 && bytes[13] === 0 && bytes[23] === ICMP && bytes[34] === 0
  return isEcho && bytes.subarray(26, 30).join('.') === address
    ? { at_ms, node, kind: 'echo' }
    : undefined
}
