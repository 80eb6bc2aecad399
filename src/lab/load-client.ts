import { Agent, get } from 'node:http'
import { createInterface } from 'node:readline'
import type { RequestRecord } from './load-summary.ts'

// The program that runs inside the client's namespace. It reads one JSON order a line and writes
// one JSON record a line for each request, then `{"done":true}`.

/** What the lab asks of the client. */
export interface LoadOrder {
  readonly host: string
  readonly port: number
  /** Where the requests come from; absent: the kernel chooses. */
  readonly from?: string
  /** New connections a second. */
  readonly rate: number
  /** How long; the last answers may come later. */
  readonly seconds: number
  readonly timeout_ms: number
}

const MAX_OPEN = 5_000

createInterface({ input: process.stdin }).on('line', line => {
  const order = JSON.parse(line) as LoadOrder & { readonly stop?: boolean }
  if (order.stop === true) stopped = true
  else void runLoad(order)
})
process.stdin.on('end', () => process.exit())

let stopped = false

async function runLoad(order: LoadOrder): Promise<void> {
  stopped = false
  const startedAt = performance.now()
  const agent = new Agent({ keepAlive: false, maxSockets: MAX_OPEN })
  const total = Math.round(order.rate * order.seconds)
  const open: Promise<void>[] = []
  for (let index = 0; index < total && !stopped; index += 1) {
    // Each request has its moment from the start, whether or not earlier ones were answered.
    const wait = startedAt + (index * 1_000) / order.rate - performance.now()
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
    open.push(request(order, agent, startedAt).then(print))
  }
  await Promise.all(open)
  print({ done: true })
}

function request(order: LoadOrder, agent: Agent, startedAt: number): Promise<RequestRecord> {
  const now = () => Math.round((performance.now() - startedAt) * 100) / 100
  const sentAt_ms = now()
  const { host, port, timeout_ms } = order
  return new Promise(resolve => {
    const end = (result: { server: string } | { error: string }) => {
      clearTimeout(timer)
      resolve({ sentAt_ms, endedAt_ms: now(), ...result })
    }
    const source = order.from === undefined ? {} : { localAddress: order.from }
    const call = get({ host, port, agent, ...source }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece
      })
      response.on('end', () =>
        end(
          response.statusCode === 200
            ? { server: body.trim() }
            : { error: `status ${response.statusCode}` },
        ),
      )
    })
    const timer = setTimeout(() => {
      end({ error: 'timeout' })
      call.destroy()
    }, timeout_ms)
    call.on('error', (error: NodeJS.ErrnoException) => end({ error: error.code ?? error.message }))
  })
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
