import type { LabCase } from './case.ts'
import { kernelOverlap } from './kernel-watch.ts'
import type { Scene } from './scene.ts'
import { longestGap, longestOf, overlapsOf, type Span, spansOf } from './spans.ts'
import type { WireEvent } from './wire-watch.ts'

/** What came of a case. */
export interface LabDrillResult {
  readonly name: string
  readonly row: number
  readonly title: string
  readonly verdict: 'held' | 'failed' | 'not_tried'
  /** Why it failed or was not tried; empty: it held. */
  readonly why: string
  readonly length_ms: number
  /** The longest time without an answer to an echo request. */
  readonly outage_ms: number
  readonly outage_max_ms: number
  /** The longest time for which two nodes had the VIP open, as their kernels show it. */
  readonly kernel_overlap_ms: number
  /** The longest time for which two nodes answered for the VIP on the network. */
  readonly answer_overlap_ms: number
  readonly overlap_max_ms: number
  /** How often each was looked at. */
  readonly looks: {
    readonly kernel: Readonly<Record<string, number>>
    readonly arp_answers: number
    readonly echo_answers: number
  }
  /** Who answered, from when on, in milliseconds since the case began. */
  readonly owners: readonly { readonly at_ms: number; readonly node: string }[]
}

interface Outcome {
  readonly from_ms: number
  readonly lacks?: string
  readonly error?: string
}

// An owner answers a hundred times a second, by ARP and to echo requests.
const SPAN_GAP_MS = 200

/** Compares what was seen since the case began with what must be. */
export function judge(scene: Scene, each: LabCase, outcome: Outcome): LabDrillResult {
  const { from_ms, lacks, error } = outcome
  const to_ms = Date.now()
  const events = scene.wire.events.filter(({ at_ms }) => at_ms >= from_ms)
  const names = scene.lab.plan.directors.map(({ name }) => name)
  const lines = names.map(name =>
    scene.lab.watched(name).filter(({ asked_ms }) => asked_ms >= from_ms),
  )
  const spans = names.map(name => spansOf(answersOf(events, name), SPAN_GAP_MS))
  const echoes = events.filter(({ kind }) => kind === 'echo').map(({ at_ms }) => at_ms)
  const seen = {
    outage_ms: longestGap(echoes, from_ms, to_ms),
    outage_max_ms: each.outage_max_ms(scene),
    kernel_overlap_ms: kernelOverlap(lines, scene.config.vrrp.instances.length),
    answer_overlap_ms: longestOf(overlapsOf(spans[0] ?? [], spans[1] ?? [])),
    overlap_max_ms: each.exception?.overlap_max_ms ?? 0,
  }
  const why = lacks ?? error ?? wrongOf(seen)
  return {
    ...{ name: each.name, row: each.row, title: each.title, why },
    verdict: lacks !== undefined ? 'not_tried' : why === '' ? 'held' : 'failed',
    length_ms: to_ms - from_ms,
    ...seen,
    looks: {
      kernel: Object.fromEntries(lines.map((own, index) => [names[index] ?? '', own.length])),
      arp_answers: events.filter(({ kind }) => kind === 'arp').length,
      echo_answers: echoes.length,
    },
    owners: ownersOf(names, spans, from_ms),
  }
}

type Seen = Pick<
  LabDrillResult,
  'outage_ms' | 'outage_max_ms' | 'kernel_overlap_ms' | 'answer_overlap_ms' | 'overlap_max_ms'
>

function wrongOf(seen: Seen): string {
  const { outage_ms, outage_max_ms, kernel_overlap_ms, answer_overlap_ms, overlap_max_ms } = seen
  const said: string[] = []
  const round = (ms: number) => `${ms.toFixed(1)} ms`
  if (kernel_overlap_ms > overlap_max_ms) {
    said.push(`two nodes had the VIP open for ${round(kernel_overlap_ms)}`)
  }
  if (answer_overlap_ms > overlap_max_ms) {
    said.push(`two nodes answered for ${round(answer_overlap_ms)}`)
  }
  if (outage_ms > outage_max_ms) {
    said.push(`nobody answered for ${round(outage_ms)}, at most ${round(outage_max_ms)}`)
  }
  return said.join('; ')
}

const answersOf = (events: readonly WireEvent[], name: string) =>
  events
    .filter(({ node, kind }) => node === name && (kind === 'arp' || kind === 'echo'))
    .map(({ at_ms }) => at_ms)

function ownersOf(
  names: readonly string[],
  spans: readonly (readonly Span[])[],
  begin_ms: number,
): LabDrillResult['owners'] {
  const all = spans
    .flatMap((own, index) => own.map(({ from_ms }) => ({ from_ms, node: names[index] ?? '' })))
    .sort((left, right) => left.from_ms - right.from_ms)
  return all
    .filter(({ node }, index) => all[index - 1]?.node !== node)
    .map(({ from_ms, node }) => ({ at_ms: from_ms - begin_ms, node }))
}
