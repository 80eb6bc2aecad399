import type { NetlinkMessage, NetlinkRequest } from '../wire/netlink.ts'

/**
 * What to do with the kernel, one step after the other, as plain values: whoever holds sockets
 * and files does the step at hand and hands its outcome to `next`, which gives the next step.
 *
 * So what is sent, in which order, and how the answers are judged can be tested without a kernel,
 * and the one who drives it may pause between any two steps.
 */
export type Talk<T> =
  | { readonly kind: 'ask'; readonly ask: Ask; readonly next: (answer: Answer) => Talk<T> }
  | { readonly kind: 'file'; readonly file: FileStep; readonly next: (got: FileAnswer) => Talk<T> }
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_NETFILTER. */
export type NetlinkSocket = 'route' | 'generic' | 'netfilter'

/** Requests that go to the kernel as one datagram. */
export interface Ask {
  readonly socket: NetlinkSocket
  readonly requests: readonly NetlinkRequest[]
  /** Which request's answer is the last to come. */
  readonly last: number
  /** Its bytes, where they were made before. */
  readonly encoded?: EncodedRequests
}

/** Requests as one datagram; their sequence numbers are put in when it is sent. */
export interface EncodedRequests {
  readonly datagram: Uint8Array
  /** Where each begins. */
  readonly offsets: readonly number[]
}

export interface Answer {
  /** 0, or of the first request that failed, or of the exchange itself (EINTR, ENOBUFS). */
  readonly errno: number
  readonly errors: readonly { readonly request: number; readonly errno: number }[]
  readonly messages: readonly NetlinkMessage[]
}

export type FileStep =
  | { readonly kind: 'read' | 'read_link' | 'list' | 'remove'; readonly path: string }
  | {
      readonly kind: 'write'
      readonly path: string
      readonly content: Uint8Array
      /** Absent: the file must exist, as those of /proc and /sys do. */
      readonly mode?: number
    }
  /** EEXIST where it is there already. */
  | { readonly kind: 'make_directory'; readonly path: string; readonly mode: number }

export interface FileAnswer {
  readonly errno: number
  /** Of `read`: the bytes. */
  readonly content?: Uint8Array
  /** Of `read_link` one, of `list` the names in the folder. */
  readonly names?: readonly string[]
}

/** Why a talk ended early. */
export interface Failure {
  /** Positive. */
  readonly errno: number
  /** What was being done, for example `make vr4.10.3`. */
  readonly step: string
}

export const done = <T>(value: T): Talk<T> => ({ kind: 'done', value })
export const failed = (errno: number, step: string): Talk<never> => ({
  kind: 'failed',
  failure: { errno, step },
})

/** One step with a file; its outcome, errno included. */
export const file = (step: FileStep): Talk<FileAnswer> => ({ kind: 'file', file: step, next: done })

/** Goes on with what the first talk gave; a failure ends both. */
export function andThen<A, B>(first: Talk<A>, next: (value: A) => Talk<B>): Talk<B> {
  switch (first.kind) {
    case 'done':
      return next(first.value)
    case 'failed':
      return first
    case 'ask':
      return { ...first, next: (answer: Answer) => andThen(first.next(answer), next) }
    case 'file':
      return { ...first, next: (got: FileAnswer) => andThen(first.next(got), next) }
  }
}

/** One talk for each item, in order; their values. */
export function forEach<A, B>(items: readonly A[], talk: (item: A) => Talk<B>): Talk<readonly B[]> {
  const proceed = (from: number, before: Chain<B> | undefined): Talk<readonly B[]> => {
    let chain = before
    for (let at = from; at < items.length; at++) {
      const step = talk(items[at] as A)
      if (step.kind !== 'done') {
        const held = chain
        return andThen(step, value => proceed(at + 1, { value, before: held }))
      }
      chain = { value: step.value, before: chain }
    }
    return done(valuesOf(chain))
  }
  return proceed(0, undefined)
}

/** The values so far, the last one first: a talk may be held twice, so nothing is changed. */
interface Chain<B> {
  readonly value: B
  readonly before: Chain<B> | undefined
}

function valuesOf<B>(last: Chain<B> | undefined): readonly B[] {
  const values: B[] = []
  for (let chain = last; chain !== undefined; chain = chain.before) values.push(chain.value)
  return values.reverse()
}

/** Turns a failure into a value. */
export function recover<T>(talk: Talk<T>, otherwise: (failure: Failure) => Talk<T>): Talk<T> {
  switch (talk.kind) {
    case 'done':
      return talk
    case 'failed':
      return otherwise(talk.failure)
    case 'ask':
      return { ...talk, next: (answer: Answer) => recover(talk.next(answer), otherwise) }
    case 'file':
      return { ...talk, next: (got: FileAnswer) => recover(talk.next(got), otherwise) }
  }
}
