import { begin, nextDeadline, step } from '../../src/agent/director.ts'
import type { Life } from '../../src/agent/life.ts'
import type { Effect, Event } from '../../src/agent/machine.ts'
import type { DirectorState } from '../../src/agent/state.ts'
import { type Instant, instant } from '../../src/agent/units.ts'
import { parseAddress } from '../../src/agent/wire/address.ts'
import { plainHash } from '../../src/agent/wire/sha256.ts'
import { VRRP_GROUP, VRRP_GROUP_6 } from '../../src/agent/wire/vrrp.ts'
import { encodeAdvertPacket } from '../../src/agent/wire/vrrp-packet.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { pairConfigs } from '../../src/sim/pair.ts'

type WithoutTime<Kind> = Kind extends Event ? Omit<Kind, 'at'> : never

/** One director under test: the test moves time, and nothing answers by itself. */
export interface Rig {
  readonly state: DirectorState
  readonly config: NodeConfig
  now: Instant
  /** Moves time on. */
  pass(milliseconds: number): Rig
  /** Lives through a time: every deadline in it is kept, and everything is answered. */
  live(milliseconds: number): Rig
  /** Moves time to the next deadline and wakes the director. */
  next(): readonly Effect[]
  step(event: WithoutTime<Event>): readonly Effect[]
  /** An advertisement of another router, by default for the front instance. */
  hear(advert: Heard): readonly Effect[]
  /** Sends a request of the control socket; the effects, one of which is the reply. */
  ask(request: unknown): readonly Effect[]
  link(name: string, up: boolean, address?: string): readonly Effect[]
  /** Answers every flip, IPVS request and probe in the effects, and those that follow from them. */
  settle(effects: readonly Effect[], errno?: number): readonly Effect[]
  /** Brings the director to backup on every instance. */
  toBackup(): Rig
  /** Brings the director to active, VIPs open, first advert sent. */
  toActive(): Rig
}

export interface Heard {
  readonly instance?: string
  readonly priority: number
  readonly source?: string
  readonly interval_cs?: number
  readonly addresses?: readonly string[]
}

/** Randomness that is none. */
export const testLife: Life = {
  version: 'test',
  entropy: new Uint8Array(32),
  hash: plainHash,
  held: [],
}

/** A director of the example pair's first node, begun at 1 s. */
export function newRig(
  config: NodeConfig = pairConfigs()[0],
  life: Life = testLife,
): Rig & { begun: readonly Effect[] } {
  const [state, begun] = begin(config, instant(1_000_000), life)
  const rig: Rig & { begun: readonly Effect[] } = {
    state,
    config,
    begun,
    now: instant(1_000_000),
    pass(milliseconds) {
      rig.now = instant(rig.now + milliseconds * 1_000)
      return rig
    },
    live(milliseconds) {
      const end = instant(rig.now + milliseconds * 1_000)
      while ((nextDeadline(state)?.at ?? end) < end) rig.settle(rig.next())
      rig.now = end
      return rig
    },
    next() {
      const deadline = nextDeadline(state)
      if (deadline === undefined) throw new Error('the director waits for nothing')
      rig.now = instant(Math.max(rig.now, deadline.at))
      return rig.step({ kind: 'wake' })
    },
    step: event => step(state, { at: rig.now, ...event } as Event)[1],
    hear: advert => rig.step(advertEvent(config, advert)),
    ask: request => rig.step({ kind: 'command', client: 7, request }),
    link(name, up, address) {
      const configured = config.interfaces.find(other => other.name === name)?.addresses[0]
      const shown = address ?? configured
      const mac = '52:54:00:d1:01:01'
      const address6 = config.interfaces
        .find(other => other.name === name)
        ?.addresses.find(text => text.startsWith('fe80'))
      const six = address6 === undefined ? {} : { address6 }
      const event = { kind: 'link', interface: name, up, mac, ...six } as const
      return rig.step(shown === undefined || shown === '' ? event : { ...event, address: shown })
    },
    settle: (effects, errno = 0) => settle(rig, effects, errno),
    toBackup: () => toBackup(rig),
    toActive: () => toActive(rig.toBackup()),
  }
  return rig
}

/** The effects of some kinds, without their tickets. */
export function only(effects: readonly Effect[], ...kinds: readonly Effect['kind'][]) {
  return effects
    .filter(effect => kinds.includes(effect.kind))
    .map(effect => {
      if (!('ticket' in effect)) return effect
      const { ticket: _, ...rest } = effect
      return rest
    })
}

/** What was sent, one line each: `front advert 200`, `front arp 192.0.2.100`. */
export function sentIn(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap(effect => {
    if (effect.kind !== 'send') return []
    const { frame } = effect
    const last = [...frame.subarray(38, 42)].join('.')
    const isArp = frame[13] === 6
    const isProbe = isArp && frame.subarray(28, 32).every(byte => byte === 0)
    if (isProbe) return [`${effect.interface} probe ${last}`]
    return [`${effect.interface} ${isArp ? `arp ${last}` : `advert ${frame[36]}`}`]
  })
}

/** The reasons of the notes, one line each: `front down_timer_expired`. */
export const saidIn = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap(effect => (effect.kind === 'note' ? [`${effect.subject} ${effect.reason}`] : []))

/** The answer to a request. */
export function answerIn(effects: readonly Effect[]): unknown {
  const reply = effects.find(effect => effect.kind === 'reply')
  if (reply?.kind !== 'reply') throw new Error('no effect is a reply')
  return JSON.parse(JSON.stringify(reply.answer))
}

/** The flips, one line each: `front open`. */
export const flipsIn = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap(effect => (effect.kind === 'flip' ? [`${effect.instance} ${effect.to}`] : []))

function advertEvent(config: NodeConfig, advert: Heard): WithoutTime<Event> {
  const instance = config.vrrp.instances.find(({ name }) => name === (advert.instance ?? 'front'))
  if (instance === undefined) throw new Error('no such instance')
  const peer = instance.peer ?? ''
  const source = parseAddress(advert.source ?? peer) ?? 0
  const group = typeof source === 'number' ? VRRP_GROUP : VRRP_GROUP_6
  const packet = encodeAdvertPacket(
    {
      version: instance.version,
      vrid: instance.vrid,
      priority: advert.priority,
      interval_cs: advert.interval_cs ?? 100,
      addresses: (advert.addresses ?? instance.addresses).map(text => parseAddress(text) ?? 0),
    },
    { source, destination: group },
    'message',
  )
  return { kind: 'advert', interface: instance.interface, packet }
}

function settle(rig: Rig, effects: readonly Effect[], errno: number): readonly Effect[] {
  const all: Effect[] = []
  for (const effect of effects) {
    all.push(effect)
    if (effect.kind === 'flip' || effect.kind === 'set_vips' || effect.kind === 'ipvs_apply') {
      const answered = rig.step({ kind: 'done', ticket: effect.ticket, errno })
      all.push(...settle(rig, answered, errno))
    } else if (effect.kind === 'ipvs_read') {
      const services = Object.values(rig.state.ipvs.desired)
      const answered = rig.step({ kind: 'ipvs_table', ticket: effect.ticket, services })
      all.push(...settle(rig, answered, errno))
    } else if (effect.kind === 'probe_start') {
      rig.step({ kind: 'probe', probe: effect.probe, errno: 0 })
    }
  }
  return all
}

function toBackup(rig: Rig & { begun?: readonly Effect[] }): Rig {
  rig.settle(rig.begun ?? [])
  for (const { name } of rig.config.interfaces) rig.link(name, true)
  rig.pass(rig.config.vrrp.startup_hold_ms)
  rig.settle(rig.step({ kind: 'wake' }))
  return rig
}

function toActive(rig: Rig): Rig {
  const last = Math.max(...rig.state.instances.map(({ router }) => router.downAt ?? 0))
  rig.now = instant(last)
  rig.settle(rig.step({ kind: 'wake' }))
  return rig
}
