import type { EventEntry, EventGap, EventPage } from '../control/event-types.ts'
import type { Explanations } from '../control/explain.ts'
import type { OrderAnswer } from '../control/order.ts'
import type { PathsAnswer } from '../control/paths.ts'
import type { Refusal } from '../control/refusal.ts'
import type { ReloadAnswer } from '../control/reload.ts'
import { renderEvent } from '../control/render-event.ts'
import { renderExplanations } from '../control/render-explain.ts'
import { renderOrder } from '../control/render-order.ts'
import { renderPaths } from '../control/render-paths.ts'
import { renderReload } from '../control/render-reload.ts'
import { renderStatus } from '../control/render-status.ts'
import type { Status } from '../control/status-types.ts'
import { after, instant, seconds } from '../units.ts'
import { utf8, writeAll } from './bytes.ts'
import type { ControlOptions } from './ctl-options.ts'
import { ECONNREFUSED, ENOENT, explainErrno } from './errno.ts'
import { linkTarget } from './files.ts'
import { type LineReader, openLines } from './line-reader.ts'

const PATIENCE = seconds(5)
const EXIT_FAILED = 1
const FOR_EVER = instant(Number.MAX_SAFE_INTEGER)

/** `directorctl`: asks, prints, ends. */
export function runControl(options: ControlOptions): never {
  const { socket } = options
  const request = withWholePath(options.request)
  const fd = host.unixConnect(socket)
  if (fd < 0) return noAnswer(socket, -fd)
  const sent = host.write(fd, utf8(`${JSON.stringify(request)}\n`))
  if (sent < 0) return noAnswer(socket, -sent)
  const lines = openLines(fd)
  const line = lines.next(after(host.now(), PATIENCE))
  if (line === undefined) return fail('the agent does not answer')
  const answer = JSON.parse(line) as object
  if ('error' in answer) return refused(options, line, answer as Refusal)
  if (options.command === 'events') return showEvents(options, answer as EventPage, lines)
  writeAll(1, options.json ? `${line}\n` : render(options, answer))
  const isRefused = 'accepted' in answer && answer.accepted === false
  return host.exit(isRefused ? EXIT_FAILED : 0)
}

// The agent has another working directory.
function withWholePath(request: ControlOptions['request']): ControlOptions['request'] {
  const { file } = request
  if (typeof file !== 'string' || file.startsWith('/')) return request
  const folder = linkTarget('/proc/self/cwd')
  return { ...request, file: typeof folder === 'string' ? `${folder}/${file}` : file }
}

function render({ command }: ControlOptions, answer: object): string {
  if (command === 'status') return renderStatus(answer as Status)
  if (command === 'paths') return renderPaths(answer as PathsAnswer)
  if (command === 'reload') return renderReload(answer as ReloadAnswer)
  if (command === 'explain') return renderExplanations(answer as Explanations)
  return renderOrder(answer as OrderAnswer)
}

function showEvents({ json, request }: ControlOptions, page: EventPage, lines: LineReader): never {
  const show = (entry: EventEntry | EventGap) =>
    writeAll(1, json ? `${JSON.stringify(entry)}\n` : renderEvent(entry))
  if (request.follow !== true) {
    if (json) writeAll(1, `${JSON.stringify(page)}\n`)
    else for (const entry of page.events) show(entry)
    return host.exit(0)
  }
  for (const entry of page.events) show(entry)
  for (let line = lines.next(FOR_EVER); line !== undefined; line = lines.next(FOR_EVER)) {
    if (!show(JSON.parse(line) as EventEntry | EventGap)) return host.exit(0)
  }
  return fail('the agent has ended')
}

function refused({ json }: ControlOptions, line: string, { error }: Refusal): never {
  if (json) {
    writeAll(1, `${line}\n`)
    return host.exit(EXIT_FAILED)
  }
  return fail(`${error.message}: ${error.found} (expected: ${error.expected})`)
}

function noAnswer(socket: string, errno: number): never {
  if (errno === ENOENT || errno === ECONNREFUSED) {
    return fail(`the director agent is not running (${socket}: ${explainErrno(errno)})`)
  }
  return fail(`cannot reach the director agent at ${socket}: ${explainErrno(errno)}`)
}

function fail(sentence: string): never {
  writeAll(2, `directorctl: ${sentence}\n`)
  return host.exit(EXIT_FAILED)
}
