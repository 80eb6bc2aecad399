import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { ReloadAnswer } from '../../agent/control/reload.ts'
import type { NodeConfig, ServiceConfig } from '../../model/node-config.ts'
import { labProblem } from '../lab-problem.ts'
import { networkAround } from '../networks.ts'
import { usedAddresses } from '../stations.ts'
import { freeAddress, isWithin } from '../subnet.ts'
import type { LabCase } from './case.ts'
import { inTable, tableOf, watchTable } from './ipvs-watch.ts'
import { EMULATION_MS, type Scene, shell, statusOf, until } from './scene.ts'

const SECOND_MS = 1_000
const CHANGED_TIMEOUT_MS = 30 * SECOND_MS
const WEIGHT = 7
const FILE = '/run/next.json'
// A shell's line editor takes no longer line than 1024 characters.
const LINE_MAX = 600

const none = () => EMULATION_MS

/** What the nodes are to have: a VIP and a service more, another weight of the first service. */
interface Next {
  readonly vip: string
  readonly changed: ServiceConfig
  readonly kept: readonly ServiceConfig[]
  of(name: string): NodeConfig
}

function nextOf({ lab, config, instance }: Scene): Next {
  const [first, ...kept] = config.services
  const [server] = first?.real_servers ?? []
  const used = usedAddresses(lab.nodes)
  const network = networkAround(lab.plan.networks, lab.target.host)
  const subnet = network?.subnets.find(each => isWithin(each, lab.target.host))
  // Beside the hosts that look at the VIP, which have the highest ones.
  for (let hosts = 0; subnet !== undefined && hosts < 8; hosts += 1) {
    used.add(freeAddress(subnet, used) ?? '')
  }
  const vip = subnet === undefined ? undefined : freeAddress(subnet, used)
  if (first === undefined || server === undefined || subnet === undefined || vip === undefined) {
    throw labProblem('lab_drill', 'nothing can be added to the cluster', lab.target.host)
  }
  const real_servers = [{ ...server, weight: WEIGHT }, ...first.real_servers.slice(1)]
  const changed = { ...first, real_servers }
  const added = { ...first, name: 'reloaded', address: vip }
  const edited = (node: NodeConfig): NodeConfig => ({
    ...node,
    shared_digest: 'd1'.repeat(32),
    vrrp: {
      ...node.vrrp,
      instances: node.vrrp.instances.map(each =>
        each.name === instance.name
          ? { ...each, addresses: [...each.addresses, `${vip}/${subnet.length}`] }
          : each,
      ),
    },
    services: [changed, ...kept, added],
  })
  return { vip, changed, kept: [...kept, first], of: name => edited(configOf(lab.nodes, name)) }
}

function configOf(nodes: readonly NodeConfig[], name: string): NodeConfig {
  const config = nodes.find(({ node }) => node.name === name)
  if (config === undefined) throw new Error(`there is no node ${name}`)
  return config
}

/** Puts a config on a node and has the agent take it. @returns its answer and the exit code */
async function reload(scene: Scene, name: string, config: unknown) {
  const packed = gzipSync(JSON.stringify(config)).toString('base64')
  for (let at = 0; at < packed.length; at += LINE_MAX) {
    const piece = packed.slice(at, at + LINE_MAX)
    await shell(scene, name, `echo ${piece} >${at === 0 ? '' : '>'}${FILE}.gz`)
  }
  await shell(scene, name, `busybox base64 -d ${FILE}.gz | gunzip >${FILE}`)
  const { output, code } = await shell(scene, name, `directorctl reload ${FILE} --json`)
  return { code, answer: JSON.parse(output) as ReloadAnswer }
}

async function take(scene: Scene, name: string, config: NodeConfig): Promise<void> {
  const { code, answer } = await reload(scene, name, config)
  if (code === 0 && answer.outcome === 'begun') return
  throw labProblem('lab_drill', `${name} refused a reload`, JSON.stringify(answer.refused))
}

/** Who answered when a host asked for an address. */
async function answerersOf(scene: Scene, address: string): Promise<readonly string[]> {
  const { lab, wire } = scene
  const from = wire.events.length
  const [ping = '', ...words] = lab.observers?.ping ?? []
  const member = lab.crew.start(ping, [...words, '-n', '-c', '3', '-W', '1', address], {
    namespace: lab.run.namespace('asker'),
  })
  await member.ended
  const found = wire.events.slice(from).flatMap(event => {
    return event.kind === 'answer' && event.address === address ? [event.node] : []
  })
  return [...new Set(found)]
}

async function expectAnswers(scene: Scene, address: string, by: readonly string[]): Promise<void> {
  await until(`${by.join() || 'nobody'} answers for ${address}`, CHANGED_TIMEOUT_MS, async () => {
    const found = await answerersOf(scene, address)
    if (found.join() === by.join()) return true
    throw new Error(`it is ${found.join(' and ') || 'nobody'}`)
  })
}

/** Both nodes are reloaded, there and back, the active one first. */
async function reloadBoth(scene: Scene): Promise<void> {
  const { lab, active, backup, wire, instance, config } = scene
  const next = nextOf(scene)
  const from = wire.events.length
  const before = await becameActive(scene)
  const stop = await watchTable(scene, active, next.kept)
  for (const name of [active, backup]) {
    await take(scene, name, next.of(name))
    await sleep(2 * instance.advert_interval_ms)
  }
  await expectAnswers(scene, next.vip, [active])
  for (const name of [active, backup]) await expectTable(scene, name, next)
  for (const name of [active, backup]) await take(scene, name, configOf(lab.nodes, name))
  await sleep(2 * instance.advert_interval_ms)
  await expectAnswers(scene, next.vip, [])
  await stop()
  const { shared_digest } = await statusOf(scene, active)
  const after = await becameActive(scene)
  if (after !== before || shared_digest !== config.shared_digest) {
    throw labProblem('lab_drill', `roles were ${before}, the digest ${shared_digest}`, after)
  }
  const adverts = wire.events.slice(from).flatMap(event => {
    const isOurs = event.kind === 'advert' && event.vrid === instance.vrid
    return isOurs && event.node === active ? [event.at_ms] : []
  })
  const late = Math.max(...adverts.slice(1).map((at, index) => at - (adverts[index] ?? at)))
  if (adverts.length < 6 || late > 1.5 * instance.advert_interval_ms + EMULATION_MS) {
    throw labProblem('lab_drill', `${active} sent ${adverts.length} adverts`, `${late} ms apart`)
  }
}

async function expectTable(scene: Scene, name: string, next: Next): Promise<void> {
  const { vip, changed } = next
  await until(`${name} has the services of the reload`, CHANGED_TIMEOUT_MS, async () => {
    const table = await tableOf(scene, name)
    const weights = table[inTable(changed.address, changed.port)]
    const added = table[inTable(vip, changed.port)]
    if (weights?.includes(WEIGHT) === true && (added?.length ?? 0) > 0) return true
    throw new Error(JSON.stringify(table))
  })
}

async function becameActive(scene: Scene): Promise<string> {
  const names = [scene.active, scene.backup]
  const found = await Promise.all(names.map(name => statusOf(scene, name)))
  return found
    .map(({ state, instances }) => [
      state,
      ...instances.map(({ counters }) => counters.became_active),
    ])
    .join(' ')
}

/** What is no config, and one that needs a start: exit code 1, nothing is changed. */
async function refuseBoth(scene: Scene): Promise<void> {
  for (const name of [scene.active, scene.backup]) {
    const before = JSON.stringify(await tableOf(scene, name))
    const { shared_digest } = await statusOf(scene, name)
    const next = nextOf(scene).of(name)
    const slower = next.vrrp.instances.map(each => ({ ...each, advert_interval_ms: 2_000 }))
    const bad = [
      { ...next, services: next.services.map(({ port: _, ...service }) => service) },
      { ...next, vrrp: { ...next.vrrp, instances: slower } },
    ]
    for (const config of bad) {
      const { code, answer } = await reload(scene, name, config)
      const status = await statusOf(scene, name)
      const isRefused = code === 1 && answer.outcome === 'refused' && answer.refused.length > 0
      const table = JSON.stringify(await tableOf(scene, name))
      if (isRefused && status.shared_digest === shared_digest && table === before) continue
      throw labProblem('lab_drill', `${name} took what is no config`, JSON.stringify(answer))
    }
  }
}

const needsVirtualMac = ({ instance }: Scene) =>
  instance.virtual_mac === false ? 'the VIP’s instance has no virtual MAC' : undefined

/** Another configuration while the pair serves. */
export const reloadCases: readonly LabCase[] = [
  {
    ...{ name: 'reload', row: 42, title: 'a VIP, a service and a weight come and go by a reload' },
    lacks: needsVirtualMac,
    act: reloadBoth,
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'refused-reload', row: 43 },
    title: 'a reload with what is no configuration, or needs a start',
    act: refuseBoth,
    ...{ owner: 'stays', outage_max_ms: none },
  },
]
