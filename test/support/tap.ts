/** What a run of tests came to. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** The failed tests with all that the reporter says of them. */
  readonly failures: string[]
}

/** Reads TAP 13 as ava writes it, line by line: `ok`, `not ok`, `# SKIP`, indented details. */
export function tapReader(onTest: (tally: Tally) => void = () => {}): {
  readonly tally: Tally
  readonly take: (line: string) => void
} {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }
  let failing = false
  const take = (line: string) => {
    const result = line.match(/^(not ok|ok) \d+(?: - )?(.*)$/)
    if (result === null) {
      // The details of a failure, and what the test logged, follow its line.
      if (failing && !/^(\d+\.\.\d+|# (tests|pass|skip|fail) )/.test(line))
        tally.failures.push(line)
      return
    }
    const [, verdict, title = ''] = result
    failing = verdict === 'not ok'
    if (failing) {
      tally.failed += 1
      tally.failures.push(`not ok ${title}`)
    } else if (/# SKIP$/.test(title)) tally.skipped += 1
    else tally.passed += 1
    onTest(tally)
  }
  return { tally, take }
}

/** `12 passed, 0 failed`, and the skipped ones if there are any. */
export function renderTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
