import type { ImageReader } from '../stamp/image-reader.ts'
import { type ClientRules, identify } from './clients.ts'
import { type Content, textContent } from './content.ts'
import type { Library } from './library.ts'
import { offer } from './offer.ts'
import { namesTag, readRange } from './range.ts'
import { readRoute } from './route.ts'

/** A request as the server judges it. */
export interface Question {
  readonly method: string
  readonly target: string
  /** Address of who asks. */
  readonly client: string
  readonly headers: {
    readonly range?: string | undefined
    readonly ifNoneMatch?: string | undefined
    readonly ifRange?: string | undefined
  }
}

/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  /** Absent for HEAD and where there is nothing to send. */
  readonly body?: Body
  /** Which node the client was taken for. */
  readonly node?: string
  /** For the log: why it was refused, or let through all the same. */
  readonly note?: string
}

/** The bytes from `start` to before `end`. `close` must be called. */
export interface Body {
  readonly reader: ImageReader
  readonly start: number
  readonly end: number
  close(): Promise<void>
}

/** How the server treats its clients. */
export interface Manners extends ClientRules {
  /** A client that cannot be told apart gets what belongs to a node, too. */
  readonly open: boolean
}

/** Judges a request; the caller sends what comes back. */
export async function answer(
  question: Question,
  library: Library,
  manners: Manners,
): Promise<Answer> {
  const { method, target } = question
  if (method !== 'GET' && method !== 'HEAD') {
    const refusal = await plain(question, 405, 'only GET and HEAD are answered')
    return { ...refusal, headers: { ...refusal.headers, allow: 'GET, HEAD' } }
  }
  const route = readRoute(target)
  if (route === undefined) return plain(question, 404, 'there is no such file')
  const client = await identify(question.client, () => library.nodes(), manners)
  const node = client.kind === 'node' ? { node: client.node } : {}
  const offered = await offer(route, library, { client, open: manners.open })
  if (offered.kind === 'refused') {
    return { ...(await plain(question, offered.status, offered.why)), ...node, note: offered.why }
  }
  const note = offered.note === undefined ? {} : { note: offered.note }
  return { ...(await send(question, offered.content)), ...node, ...note }
}

/** An answer that is a sentence. */
export async function plain(question: Question, status: number, why: string): Promise<Answer> {
  return {
    ...(await send({ ...question, headers: {} }, textContent(`director: ${why}\n`, '.txt'))),
    status,
  }
}

async function send({ method, headers }: Question, content: Content): Promise<Answer> {
  const { reader, type, tag } = content
  const all = { etag: tag, 'accept-ranges': 'bytes', 'cache-control': 'no-cache' }
  const nothing = async (status: number, more: Answer['headers']): Promise<Answer> => {
    await content.close()
    return { status, headers: { ...all, ...more } }
  }
  if (namesTag(headers.ifNoneMatch, tag)) return nothing(304, {})
  // Of another version the whole is wanted, not a part (RFC 9110, section 13.1.5).
  const isSame = [undefined, tag].includes(headers.ifRange)
  const wanted = readRange(isSame ? headers.range : undefined, reader.size)
  if (wanted.kind === 'unsatisfiable') {
    return nothing(416, { 'content-range': `bytes */${reader.size}`, 'content-length': 0 })
  }
  const isPart = wanted.kind === 'part'
  const [start, end] = isPart ? [wanted.start, wanted.end] : [0, reader.size]
  const part = isPart ? { 'content-range': `bytes ${start}-${end - 1}/${reader.size}` } : {}
  const more = { 'content-type': type, 'content-length': end - start, ...part }
  const status = isPart ? 206 : 200
  if (method === 'HEAD') return nothing(status, more)
  return {
    status,
    headers: { ...all, ...more },
    body: { reader, start, end, close: content.close },
  }
}
