import { type RequestRecord, summarizeLoad } from './load-summary.ts'

/** What was seen of the service in one second. */
export interface Observation {
  /** Nodes that announce the address; more than one, or none, is worth a look. */
  readonly owners: readonly string[]
  /** Requests that ended in this second. */
  readonly records: readonly RequestRecord[]
  /** For the line. */
  readonly time: string
}

export interface ServiceWatch {
  /** Takes a second's observation; gives the lines that are news and the state as one line. */
  observe(observation: Observation): { readonly news: readonly string[]; readonly state: string }
}

/** Watches a service second by second and tells when it moves, goes away and comes back. */
export function createServiceWatch(address: string): ServiceWatch {
  let owners: readonly string[] | undefined
  let troubled: RequestRecord[] = []
  return {
    observe({ owners: now, records, time }) {
      const news: string[] = []
      if (now.join() !== owners?.join()) {
        if (owners !== undefined) {
          news.push(`${time} ${address} is at ${nameOwners(now)}, was at ${nameOwners(owners)}`)
        }
        owners = now
      }
      const failed = records.filter(({ error }) => error !== undefined).length
      if (failed > 0 && troubled.length === 0) news.push(`${time} requests fail`)
      if (failed > 0 || troubled.length > 0) troubled.push(...records)
      const isBack = failed === 0 && records.length > 0 && troubled.length > 0
      if (isBack) {
        const { outage_ms, failed: lost } = summarizeLoad(troubled)
        news.push(
          `${time} answered again: away for ${(outage_ms / 1_000).toFixed(2)} s, ${lost} requests failed`,
        )
        troubled = []
      }
      return { news, state: describe(address, now, records, failed) }
    },
  }
}

function describe(
  address: string,
  owners: readonly string[],
  records: readonly RequestRecord[],
  failed: number,
): string {
  const { servers, answered } = summarizeLoad(records)
  const shares = Object.entries(servers)
    .sort()
    .map(([name, count]) => `${name} ${count}`)
  const from = shares.length === 0 ? '' : ` (${shares.join(', ')})`
  return `${address} at ${nameOwners(owners)} | ${answered} requests/s ok${from}, ${failed} failed`
}

function nameOwners(owners: readonly string[]): string {
  return owners.length === 0 ? 'nobody' : owners.join(' AND ')
}
