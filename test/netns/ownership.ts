import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readU16, toHex, writeU16 } from '../../src/agent/wire/bytes.ts'
import { addWords, checksumOf } from '../../src/agent/wire/checksum.ts'
import { pseudoSum6, writeIpv6 } from '../../src/agent/wire/ipv6.ts'
import { encodeAddress } from '../../src/agent/wire/text-address.ts'
import type { CapturedFrame } from '../../src/lab/capture.ts'
import type { Programs, Segment } from './segment.ts'

const SCRIPT = 'test/support/ownership.pl'

/** From when to when, microseconds since 1970. */
export interface Span {
  readonly from_us: number
  readonly to_us: number
}

/** Who owned a VIP while it was looked at, 100 times a second. */
export interface Ownership {
  /** By the kernel of each machine: each span in which it held the VIP and had a carrier. */
  readonly kernel: readonly (readonly Span[])[]
  /** Questions of a third host by ARP or neighbour discovery. */
  readonly answered: number
  /** When two machines answered the same question. */
  readonly answered_twice_us: readonly number[]
  /** Answers to a host with a permanent entry for the virtual MAC, whom everybody hears. */
  readonly echoes: number
  readonly echoes_doubled: number
}

/** What each machine's kernel shows while it owns the VIP: files and what must match in them. */
export type Signs = readonly (readonly [machine: string, ...signs: readonly string[]])[]

/**
 * Begins to look; the function that it gives ends it and says what was seen. Without a virtual MAC
 * there is nobody who has a permanent entry for it: the client learns like everybody.
 */
export async function watchOwnership(
  segment: Segment,
  programs: Programs,
  vip: string,
  machines: Signs,
  hasVirtualMac = true,
): Promise<() => Promise<Ownership>> {
  const isIpv6 = vip.includes(':')
  const mac = isIpv6 ? '00:00:5e:00:02:0a' : '00:00:5e:00:01:0a'
  segment.floodAll()
  if (hasVirtualMac) {
    segment.ip('client', `neighbour replace ${vip} dev br0 lladdr ${mac} nud permanent`)
  }
  const questions = join(segment.folder, 'questions.hex')
  writeFileSync(questions, questionFrames(vip, macOfClient(segment)).map(toHex).join('\n'))
  const kernels = machines.map(([machine, ...signs]) =>
    segment.record(machine, ['perl', SCRIPT, 'watch', '/sys/class/net/front/carrier=^1', ...signs]),
  )
  const captures = await Promise.all(
    machines.map(([machine]) => segment.capture(programs, machine)),
  )
  const ask = segment.record('client', ['perl', SCRIPT, 'ask', 'br0', questions])
  const echo = segment.record('client', [...programs.ping, '-n', '-i', '0.01', '-W', '1', vip])
  return async () => {
    await ask()
    const echoes = (await echo()).split('\n').filter(line => /bytes from/.test(line))
    const kernel = (await Promise.all(kernels.map(end => end()))).map(spansOf)
    const answers = captures.map(frames => frames().flatMap(frame => answerIn(frame, vip)))
    const echoes_doubled = echoes.filter(line => /DUP/.test(line)).length
    return {
      kernel,
      answered: answers.flat().length,
      answered_twice_us: twice(answers),
      echoes: echoes.length - echoes_doubled,
      echoes_doubled,
    }
  }
}

/** The spans in which both owned the VIP. */
export function overlapsOf(left: readonly Span[], right: readonly Span[]): readonly Span[] {
  return left.flatMap(one =>
    right.flatMap(other => {
      const from_us = Math.max(one.from_us, other.from_us)
      const to_us = Math.min(one.to_us, other.to_us)
      return from_us <= to_us ? [{ from_us, to_us }] : []
    }),
  )
}

function spansOf(said: string): readonly Span[] {
  const spans: { from_us: number; to_us: number }[] = []
  let open = false
  for (const line of said.split('\n')) {
    const [at, is] = line.split(' ').map(Number)
    if (at === undefined || is === undefined) continue
    const last = spans.at(-1)
    if (is === 1 && open && last !== undefined) last.to_us = at
    else if (is === 1) spans.push({ from_us: at, to_us: at })
    open = is === 1
  }
  return spans
}

interface Answer {
  readonly at_us: number
  /** Whom it answers: each question has its own sender. */
  readonly to: string
}

// The same sender asks again after one or more seconds.
const SAME_QUESTION_US = 400_000

function twice(answers: readonly (readonly Answer[])[]): readonly number[] {
  const [left = [], right = []] = answers
  const byAsker = new Map<string, number[]>()
  for (const { at_us, to } of right) byAsker.set(to, [...(byAsker.get(to) ?? []), at_us])
  return left.flatMap(({ at_us, to }) =>
    (byAsker.get(to) ?? []).some(other => Math.abs(other - at_us) < SAME_QUESTION_US) ? at_us : [],
  )
}

function answerIn({ at_us, bytes }: CapturedFrame, vip: string): readonly Answer[] {
  const isIpv6 = vip.includes(':')
  const type = readU16(bytes, 12)
  if (!isIpv6) {
    // The machines answer for their own addresses as well.
    const isReply = type === 0x0806 && readU16(bytes, 20) === 2
    return isReply && bytes.subarray(28, 32).join('.') === vip
      ? [{ at_us, to: toHex(bytes.subarray(38, 42)) }]
      : []
  }
  // A solicited neighbour advertisement.
  const isReply = type === 0x86dd && bytes[20] === 58 && bytes[54] === 136
  const isSolicited = ((bytes[58] ?? 0) & 0x40) !== 0
  return isReply && isSolicited ? [{ at_us, to: toHex(bytes.subarray(38, 54)) }] : []
}

/** The hardware address that the client asks with. */
export function macOfClient(segment: Segment): Uint8Array {
  const [, mac = ''] = /link\/ether (\S+)/.exec(segment.ip('client', 'link show br0')) ?? []
  return new Uint8Array(Buffer.from(mac.replaceAll(':', ''), 'hex'))
}

const SENDERS = 100

function questionFrames(vip: string, mac: Uint8Array): readonly Uint8Array[] {
  const target = encodeAddress(vip)
  return Array.from({ length: SENDERS }, (_, sender) =>
    target.length === 4
      ? arpQuestion(target, mac, new Uint8Array([192, 0, 2, 130 + sender]))
      : solicitation(target, mac, sender),
  )
}

/** Who has this address? To all. */
export function arpQuestion(target: Uint8Array, mac: Uint8Array, sender: Uint8Array): Uint8Array {
  const head = 'ffffffffffff000000000000080600010800060400010000'
  const frame = new Uint8Array(42)
  frame.set(Buffer.from(head, 'hex'))
  frame.set(mac, 6)
  frame.set(mac, 22)
  frame.set(sender, 28)
  frame.set(target, 38)
  return frame
}

function solicitation(target: Uint8Array, mac: Uint8Array, sender: number): Uint8Array {
  const tail = toHex(target.subarray(13))
  const source = `fe80${'0'.repeat(20)}7e57${sender.toString(16).padStart(4, '0')}`
  const destination = `ff02${'0'.repeat(18)}01ff${tail}`
  const frame = new Uint8Array(86)
  frame.set(Buffer.from(`3333ff${tail}`, 'hex'))
  frame.set(mac, 6)
  writeU16(frame, 12, 0x86dd)
  const header = { source, destination, hop_limit: 255, next_header: 58 }
  writeIpv6(frame, 14, { ...header, payload_length: 32 })
  frame[54] = 135
  frame.set(target, 62)
  frame.set([1, 1, ...mac], 78)
  const sum = pseudoSum6(source, destination, 58, 32)
  writeU16(frame, 56, checksumOf(addWords(sum, frame, 54, 86)))
  return frame
}

/** The index of a machine's `front`, which the VIP device's name holds. */
export function frontIndex(segment: Segment, machine: string): number {
  return Number(/^(\d+):/.exec(segment.ip(machine, 'link show front'))?.[1])
}
