import type { ExecutionContext, Implementation, TestFn } from 'ava'

type Test = Implementation<unknown[]>
type Declare = (title: string, implementation: Test, ...rest: unknown[]) => void
type Hook = (t: ExecutionContext) => unknown

/** The part of ava's `test` that a file may use whose process is shared. */
export interface SharedTest extends Declare {
  readonly serial: Declare
  readonly beforeEach: (hook: Hook) => void
  readonly afterEach: { readonly always: (hook: Hook) => void }
}

/**
 * A `test` for one of several files in a process: its titles name the file, as ava's own do where a
 * file has its process alone, and its hooks are for its own tests only.
 */
export function titled(test: TestFn, file: string): SharedTest {
  const before: Hook[] = []
  const afterwards: Hook[] = []
  const withHooks =
    (implementation: Test): Test =>
    async (t, ...rest) => {
      try {
        for (const hook of before) await hook(t)
        await (implementation as (...all: unknown[]) => unknown)(t, ...rest)
      } finally {
        for (const hook of afterwards) await hook(t)
      }
    }
  const declaring =
    (declare: Declare): Declare =>
    (title, implementation, ...rest) =>
      declare(`${file} › ${title}`, withHooks(implementation), ...rest)
  return Object.assign(declaring(test as Declare), {
    serial: declaring(test.serial as Declare),
    beforeEach: (hook: Hook) => before.push(hook),
    afterEach: { always: (hook: Hook) => afterwards.push(hook) },
  })
}
