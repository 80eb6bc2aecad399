import test, { type ExecutionContext, type Implementation } from 'ava'
import { type Requirement, reasonLacking } from './needs.ts'

/** The part of ava's `test` that a test with needs may use. */
export interface NeedyTest<Context> {
  (title: string, implementation: Implementation<[], Context>): void
  readonly serial: (title: string, implementation: Implementation<[], Context>) => void
  readonly before: (implementation: Implementation<[], Context>) => void
  readonly beforeEach: (implementation: Implementation<[], Context>) => void
  readonly afterEach: { readonly always: (implementation: Implementation<[], Context>) => void }
  readonly after: { readonly always: (implementation: Implementation<[], Context>) => void }
}

/**
 * A `test` for what the machine may not have: `const e2e = requires('root', 'qemu')`.
 *
 * Where something is missing the tests count as skipped and their titles say why. With `CI=true`
 * nothing is skipped: they fail, except for needs named in `DIRECTOR_TEST_MAY_LACK` (by commas).
 */
export function requires<Context = unknown>(...needs: readonly Requirement[]): NeedyTest<Context> {
  const lacking = needs.flatMap(need => {
    const reason = reasonLacking(need)
    return reason === undefined ? [] : [{ need, reason }]
  })
  if (lacking.length === 0) return test as NeedyTest<Context>
  const why = lacking.map(({ reason }) => reason).join(', ')
  return lacking.every(({ need }) => mayLack(need)) ? skipping(why) : failing(why)
}

function mayLack(need: Requirement): boolean {
  const allowed = (process.env.DIRECTOR_TEST_MAY_LACK ?? '').split(',')
  return process.env.CI !== 'true' || allowed.includes(need)
}

function skipping<Context>(why: string): NeedyTest<Context> {
  const { skip } = test
  return withoutHooks(title => skip(`${title} (skipped: ${why})`, () => undefined))
}

function failing<Context>(why: string): NeedyTest<Context> {
  return withoutHooks(title => {
    test(title, (t: ExecutionContext) => {
      t.fail(`this machine ${why}, and with CI=true nothing is skipped`)
    })
  })
}

function withoutHooks<Context>(declare: (title: string) => void): NeedyTest<Context> {
  const ignore = () => undefined
  return Object.assign((title: string) => declare(title), {
    serial: (title: string) => declare(title),
    before: ignore,
    beforeEach: ignore,
    afterEach: { always: ignore },
    after: { always: ignore },
  })
}
