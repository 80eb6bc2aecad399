/** One request of a load, as the client saw it. Times are milliseconds since the load began. */
export interface RequestRecord {
  readonly sentAt_ms: number
  readonly endedAt_ms: number
  /** The real server that answered; absent: none did. */
  readonly server?: string
  /** Why it failed, for example `timeout` or `ECONNREFUSED`. */
  readonly error?: string
}

export interface LoadSummary {
  readonly sent: number
  readonly answered: number
  readonly failed: number
  /** Answers by real server. */
  readonly servers: Readonly<Record<string, number>>
  /** Failures by reason. */
  readonly errors: Readonly<Record<string, number>>
  /** The longest time without an answer between two answers; 0 with fewer than two. */
  readonly longestGap_ms: number
  /** When that gap began, since the load began. */
  readonly longestGapAt_ms: number
  /** From the first failed request's start to the end of the next answer; 0: none failed. */
  readonly outage_ms: number
  readonly latency_ms: { readonly median: number; readonly p99: number }
}

/** What a load saw. */
export function summarizeLoad(records: readonly RequestRecord[]): LoadSummary {
  const answers = records
    .filter(({ error }) => error === undefined)
    .sort((left, right) => left.endedAt_ms - right.endedAt_ms)
  const failures = records.filter(({ error }) => error !== undefined)
  let longestGap_ms = 0
  let longestGapAt_ms = 0
  for (const [index, { endedAt_ms }] of answers.entries()) {
    const before = answers[index - 1]
    if (before === undefined || endedAt_ms - before.endedAt_ms <= longestGap_ms) continue
    longestGap_ms = endedAt_ms - before.endedAt_ms
    longestGapAt_ms = before.endedAt_ms
  }
  const latencies = answers
    .map(({ sentAt_ms, endedAt_ms }) => endedAt_ms - sentAt_ms)
    .sort((left, right) => left - right)
  return {
    sent: records.length,
    answered: answers.length,
    failed: failures.length,
    servers: countBy(answers.map(({ server }) => server ?? 'unknown')),
    errors: countBy(failures.map(({ error }) => error ?? 'unknown')),
    longestGap_ms: round(longestGap_ms),
    longestGapAt_ms: round(longestGapAt_ms),
    outage_ms: round(outage(answers, failures)),
    latency_ms: { median: round(quantile(latencies, 0.5)), p99: round(quantile(latencies, 0.99)) },
  }
}

function outage(answers: readonly RequestRecord[], failures: readonly RequestRecord[]): number {
  if (failures.length === 0) return 0
  const began = Math.min(...failures.map(({ sentAt_ms }) => sentAt_ms))
  const lastFailed = Math.max(...failures.map(({ sentAt_ms }) => sentAt_ms))
  // Requests that were sent later than every failed one and were answered show that it is over.
  const back = answers.find(({ sentAt_ms }) => sentAt_ms > lastFailed)
  return (back?.endedAt_ms ?? Math.max(...failures.map(({ endedAt_ms }) => endedAt_ms))) - began
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
