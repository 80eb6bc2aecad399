import type { NodeConfig } from '../../model/node-config.ts'
import { consoleLine } from '../control/console-line.ts'
import { errnoText } from '../control/errno-text.ts'
import { EIO, ENOENT } from '../kernel/errno.ts'
import { applyIpvs, findIpvs, readIpvs } from '../kernel/ipvs.ts'
import { andThen, done, type Failure, failed, recover, type Talk } from '../kernel/talk.ts'
import type { ClientId, Effect, Event, IpvsScope, IpvsService, Note } from '../machine.ts'
import { never } from '../never.ts'
import type { Instant } from '../units.ts'
import { encodePrefix } from '../wire/text-address.ts'
import type { AdvertPorts } from './adverts.ts'
import type { ConsoleLines } from './console.ts'
import type { EventLog } from './events.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Probes } from './probes.ts'
import type { Tasks } from './tasks.ts'
import type { Vips } from './vips.ts'

/** What an event carries beside its time. */
export type Happening = Event extends infer E ? (E extends Event ? Omit<E, 'at'> : never) : never

/** All that effects act on. */
export interface World {
  readonly vips: Vips
  readonly adverts: AdvertPorts
  readonly probes: Probes
  readonly tasks: Tasks
  readonly heartbeat: Heartbeat
  readonly lines: ConsoleLines
  readonly events: EventLog
  readonly said: { complaint: string }
  reply(client: ClientId, answer: unknown): void
  happen(happening: Happening): void
  /** Keeps which groups are held for the next start of the agent. */
  remember(held: readonly string[]): void
  /** Follows another config, from this file. */
  adopt(file: string, config: NodeConfig): void
  exit(code: number): void
}

/** Does one effect. What can be answered is answered by `happen`, at once or in a later turn. */
export function perform(world: World, effect: Effect, at: Instant): void {
  switch (effect.kind) {
    case 'send':
      world.adverts.get(effect.interface)?.send(effect.frame)
      break
    case 'send_to':
      world.adverts.get(effect.interface)?.sendTo(effect.destination, effect.packet)
      break
    case 'flip':
      performFlips(world, [effect])
      break
    case 'set_vips':
      setVips(world, effect)
      break
    case 'ipvs_read':
      readTable(world, effect, at)
      break
    case 'ipvs_apply':
      applyChanges(world, effect, at)
      break
    case 'probe_start':
      world.probes.start(effect, at)
      break
    case 'probe_cancel':
      world.probes.cancel(effect.probe)
      break
    case 'beat':
    case 'ping':
    case 'fence':
      world.heartbeat.perform(effect)
      break
    case 'reply':
      world.reply(effect.client, effect.answer)
      break
    case 'note':
      say(world, effect, at)
      break
    case 'remember':
      world.remember(effect.held)
      break
    case 'adopt_config':
      world.adopt(effect.file, effect.config)
      break
    case 'exit':
      world.exit(effect.code)
      break
    default:
      never(effect)
  }
}

/** Does effects in their order; flips that follow each other in the same direction are one. */
export function performAll(world: World, effects: readonly Effect[], at: Instant): void {
  let flips: EffectOf<'flip'>[] = []
  for (const effect of effects) {
    const isNext = effect.kind === 'flip' && (flips[0]?.to ?? effect.to) === effect.to
    if (!isNext && flips.length > 0) {
      performFlips(world, flips)
      flips = []
    }
    if (effect.kind === 'flip') flips.push(effect)
    else perform(world, effect, at)
  }
  if (flips.length > 0) performFlips(world, flips)
}

function performFlips(world: World, flips: readonly EffectOf<'flip'>[]): void {
  const to = flips[0]?.to ?? 'closed'
  const tickets = new Map(flips.map(({ instance, ticket }) => [instance, ticket] as const))
  world.vips.flip([...tickets.keys()], to, (instance, errno) => {
    const ticket = tickets.get(instance)
    if (ticket !== undefined) world.happen({ kind: 'done', ticket, errno })
  })
}

function setVips(world: World, { ticket, instance, addresses }: EffectOf<'set_vips'>): void {
  const vips = addresses.map(text => encodePrefix(text).address)
  world.vips.set(instance, vips, errno => world.happen({ kind: 'done', ticket, errno }))
}

type EffectOf<Kind extends Effect['kind']> = Effect & { readonly kind: Kind }

function readTable(world: World, effect: EffectOf<'ipvs_read'>, at: Instant): void {
  const { ticket, scope } = effect
  const taken = world.tasks.add(
    readIpvsIfAny(scope),
    services => world.happen({ kind: 'ipvs_table', ticket, services }),
    failure => world.happen({ kind: 'done', ticket, errno: complain(world, failure, at) }),
  )
  if (!taken) world.happen({ kind: 'done', ticket, errno: EIO })
}

// A kernel without ip_vs holds no service; what is to be added to it then fails.
function readIpvsIfAny(scope: IpvsScope | undefined): Talk<readonly IpvsService[]> {
  const absent: readonly IpvsService[] = []
  const table = andThen(findIpvs(), family => readIpvs(family, scope))
  return recover(table, failure =>
    failure.errno === ENOENT ? done(absent) : failed(failure.errno, failure.step),
  )
}

function applyChanges(world: World, effect: EffectOf<'ipvs_apply'>, at: Instant): void {
  const { ticket, changes } = effect
  const taken = world.tasks.add(
    andThen(findIpvs(), family => applyIpvs(family, changes)),
    () => world.happen({ kind: 'done', ticket, errno: 0 }),
    failure => world.happen({ kind: 'done', ticket, errno: complain(world, failure, at) }),
  )
  if (!taken) world.happen({ kind: 'done', ticket, errno: EIO })
}

/** The core is told the errno alone; which step met it is for a person. */
function complain(world: World, { errno, step }: Failure, at: Instant): number {
  const line = `directord: cannot ${step}: ${errnoText(errno)}`
  // What is tried again every second is said once.
  if (line !== world.said.complaint) world.lines.say(at, line)
  world.said.complaint = line
  return errno
}

function say(world: World, note: Note, at: Instant): void {
  world.lines.say(at, `directord: ${consoleLine(note)}`)
  world.events.add(at, note)
}
