import type { Answer, Ask, FileAnswer, FileStep, Talk } from '../../src/agent/kernel/talk.ts'
import type { NetlinkMessage } from '../../src/agent/wire/netlink.ts'

export const ENOENT = 2

/** Files by path; a folder is there when something is in it. Only these can be read and written. */
export class MemoryFiles {
  readonly contents: Map<string, string>
  readonly links = new Map<string, string>()
  /** What was written or made, in order. */
  readonly written: string[] = []

  constructor(contents: Readonly<Record<string, string>> = {}) {
    this.contents = new Map(Object.entries(contents))
  }

  do(step: FileStep): FileAnswer {
    switch (step.kind) {
      case 'read': {
        const content = this.contents.get(step.path)
        return content === undefined
          ? { errno: ENOENT }
          : { errno: 0, content: new Uint8Array(Buffer.from(content)) }
      }
      case 'read_link': {
        const target = this.links.get(step.path)
        return target === undefined ? { errno: ENOENT } : { errno: 0, names: [target] }
      }
      case 'list': {
        const names = [...this.contents.keys()]
          .filter(path => path.startsWith(`${step.path}/`))
          .map(path => path.slice(step.path.length + 1))
        return names.length === 0 ? { errno: ENOENT } : { errno: 0, names }
      }
      case 'remove':
        return { errno: this.contents.delete(step.path) ? 0 : ENOENT }
      case 'make_directory':
        this.written.push(step.path)
        return { errno: 0 }
      case 'write':
        if (step.mode === undefined && !this.contents.has(step.path)) return { errno: ENOENT }
        this.written.push(step.path)
        this.contents.set(step.path, Buffer.from(step.content).toString())
        return { errno: 0 }
    }
  }
}

/** An answer without messages, or one whose request `at` failed. */
export const answered = (errno = 0, at = 0): Answer => ({
  errno,
  errors: errno === 0 ? [] : [{ request: at, errno }],
  messages: [],
})

export const withMessages = (messages: readonly NetlinkMessage[]): Answer => ({
  ...answered(),
  messages,
})

/** Does a whole talk with answers made up by the test. */
export function hold<T>(
  talk: Talk<T>,
  answer: (ask: Ask, nth: number) => Answer,
  files = new MemoryFiles(),
): { readonly end: Talk<T>; readonly asks: readonly Ask[] } {
  const asks: Ask[] = []
  let rest = talk
  for (;;) {
    if (rest.kind === 'ask') {
      asks.push(rest.ask)
      rest = rest.next(answer(rest.ask, asks.length - 1))
    } else if (rest.kind === 'file') rest = rest.next(files.do(rest.file))
    else return { end: rest, asks }
  }
}
