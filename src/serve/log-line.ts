import type { RequestRecord } from './server.ts'

const TARGET_MAX = 200

/** A request as a line for a person. */
export function logLine(record: RequestRecord): string {
  const { at, client, node, method, status, bytes, seconds, note } = record
  const who = node === undefined ? client : `${client} (${node})`
  const what = `${method} ${visible(record.target)}`
  const line = `${at.toISOString().slice(11, 19)} ${who} ${what} ${status} ${bytes} B ${seconds.toFixed(2)} s`
  return note === undefined ? line : `${line}: ${note}`
}

/** The same as one line of JSON. */
export function logJson({ at, target, seconds, ...rest }: RequestRecord): string {
  const rounded = Math.round(seconds * 1000) / 1000
  return JSON.stringify({
    at: at.toISOString(),
    ...rest,
    target: visible(target),
    seconds: rounded,
  })
}

/** A stranger's words, cut and without control characters. */
function visible(target: string): string {
  const plain = target.replace(/[^\x21-\x7e]/g, '?')
  return plain.length <= TARGET_MAX ? plain : `${plain.slice(0, TARGET_MAX)}...`
}
