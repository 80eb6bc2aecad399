import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'

/** How a server fails a client, by the word after the path in its plan. */
export type Fault =
  /** Half of the file, then nothing more. */
  | 'stall'
  /** Half of the file, then the end of the connection. */
  | 'cut'
  /** Half of the file, then a reset. */
  | 'reset'
  /** So many percent of the file as if they were the whole. */
  | `short:${number}`
  /** Another file. */
  | `as:${string}`
  | '503'
  | 'ok'

/**
 * What happens to the first requests, in their order, by `MAC PATH`; after them all is well.
 */
export type Plan = Readonly<Record<string, readonly Fault[]>>

function answer(response: ServerResponse, fault: Fault, read: (name: string) => Buffer): void {
  const whole = read(fault.startsWith('as:') ? fault.slice(3) : '')
  const percent = fault.startsWith('short:') ? Number(fault.slice(6)) : 100
  const content = whole.subarray(0, Math.round((whole.length * percent) / 100))
  if (fault === '503') {
    response.writeHead(503).end()
    return
  }
  response.writeHead(200, { 'content-length': content.length })
  if (fault !== 'stall' && fault !== 'cut' && fault !== 'reset') {
    response.end(content)
    return
  }
  response.write(content.subarray(0, content.length / 2), () => {
    // What was sent has to arrive first.
    if (fault === 'cut') response.socket?.end()
    if (fault === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 1_000)
  })
}

// The kernel's neighbour table (proc_net(5), arp).
const neighbour = (address: string) =>
  readFileSync('/proc/net/arp', 'utf8')
    .split('\n')
    .map(line => line.split(/\s+/))
    .find(([ip]) => ip === address)?.[3]

const [, , folder = '', address = '', port = '', planned = '{}'] = process.argv
const left = new Map(
  Object.entries(JSON.parse(planned) as Plan).map(([path, faults]) => [path, [...faults]]),
)
createServer((request, response) => {
  const path = (request.url ?? '/').slice(1)
  const mac = neighbour(request.socket.remoteAddress ?? '')
  const fault = left.get(`${mac} ${path}`)?.shift() ?? 'ok'
  process.stdout.write(`${mac} ${path} ${fault}\n`)
  try {
    answer(response, fault, name => readFileSync(join(folder, 'netboot', name || path)))
  } catch {
    response.writeHead(404).end()
  }
}).listen(Number(port), address, () => {
  process.stdout.write(`http://${address}:${port}/ serves ${folder}, badly\n`)
})
