import { join } from 'node:path'
import type { Crew } from './crew.ts'
import type { LoadOrder } from './load-client.ts'
import { type LoadSummary, type RequestRecord, summarizeLoad } from './load-summary.ts'

/** A client that is sending requests. */
export interface Load {
  /** What has ended so far, in the order of its end. */
  readonly records: readonly RequestRecord[]
  /** Resolves when the last request has ended. */
  readonly finished: Promise<LoadSummary>
  /** Sends no more; `finished` follows. */
  stop(): void
}

/** Starts a client in a namespace. */
export function startLoad(crew: Crew, namespace: string, order: LoadOrder): Load {
  const records: RequestRecord[] = []
  const said: string[] = []
  let isDone = false
  const member = crew.start(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'load-client.ts')],
    {
      namespace,
      onLine(line) {
        if (!line.startsWith('{')) {
          said.push(line)
          return
        }
        const record = JSON.parse(line) as RequestRecord & { readonly done?: boolean }
        if (record.done !== true) records.push(record)
        else {
          isDone = true
          member.child.stdin?.end()
        }
      },
    },
  )
  member.child.stdin?.write(`${JSON.stringify(order)}\n`)
  return {
    records,
    finished: member.ended.then(() => {
      if (!isDone) throw new Error(`the client ended early; it said: ${said.join('\n')}`)
      return summarizeLoad(records)
    }),
    stop() {
      member.child.stdin?.write('{"stop":true}\n')
    },
  }
}
