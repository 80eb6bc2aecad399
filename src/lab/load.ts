import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'
import { bundle } from '../kit/bundle.ts'
import type { Crew } from './crew.ts'
import { labProblem } from './lab-problem.ts'
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

/**
 * Makes the client one plain program, so that it starts fast and from anywhere.
 *
 * @returns its path in the folder
 */
export async function prepareLoadClient(folder: string): Promise<string> {
  const source = import.meta.dirname
  // Without it Node takes a module in a folder like this one for an old script.
  await writeAtomic(join(folder, 'package.json'), '{"type":"module"}\n')
  await bundle({ entries: [join(source, 'load-client.ts')], base: source, folder })
  return join(folder, 'load-client.js')
}

/** Starts a client in a namespace; `program` is what `prepareLoadClient` made. */
export function startLoad(crew: Crew, program: string, namespace: string, order: LoadOrder): Load {
  const records: RequestRecord[] = []
  const said: string[] = []
  let isDone = false
  const member = crew.start(process.execPath, [program], {
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
  })
  member.child.stdin?.write(`${JSON.stringify(order)}\n`)
  return {
    records,
    finished: member.ended.then(() => {
      if (!isDone)
        throw labProblem('lab_client', 'the client ended early; it said:', said.join('\n'))
      return summarizeLoad(records)
    }),
    stop() {
      member.child.stdin?.write('{"stop":true}\n')
    },
  }
}
