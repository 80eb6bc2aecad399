import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

/** What runs in one process of ava: a module to be made, and the test files in it. */
export interface TestProcess {
  /** The path of the module without its ending, from the folder of the modules. */
  readonly module: string
  readonly files: readonly string[]
}

/**
 * Distributes test files over processes. A process costs a third of a second of the CPU before its
 * first test, so the files of a folder share one.
 *
 * @param textOf the text of a file: what it uses says whether it needs its process alone
 */
export function planProcesses(
  files: readonly string[],
  textOf: (file: string) => string,
): readonly TestProcess[] {
  const processes = new Map<string, string[]>()
  for (const file of files) {
    const module = NEEDS_ITS_OWN.test(textOf(file)) ? withoutEnding(file) : sharedModule(file)
    processes.set(module, [...(processes.get(module) ?? []), file])
  }
  return [...processes].map(([module, together]) =>
    together.length > 1 ? { module, files: together } : ofItsOwn(together[0] ?? ''),
  )
}

/** A process for one file alone. */
export const ofItsOwn = (file: string): TestProcess => ({
  module: withoutEnding(file),
  files: [file],
})

const NEEDS_ITS_OWN = new RegExp(
  [
    // Declarations that `titled` does not know, or that end only after the file was read.
    /\btest\.(before|after|macro|skipIf|runIf)\b/,
    /\brequires\b/,
    /^(const [^=]+= )?await /,
    // What a process has once: its environment, and whether it is being ended.
    /\bprocess\.env\.\w+ = /,
    /\/kit\/interrupt\.ts'/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'm',
)

const withoutEnding = (file: string) => file.replace(/\.ts$/, '')

function sharedModule(file: string): string {
  const folder = dirname(file).split('/').slice(1, 3).join('-')
  return `shared/${folder === '' ? 'top' : folder}.test`
}

/** What the bundler takes for each process. */
export const entriesOf = (processes: readonly TestProcess[], root: string) =>
  processes.map(({ module, files: [first = '', ...others] }) => ({
    in: others.length === 0 ? join(root, first) : `process:${module}`,
    out: module,
  }))

/** Makes the modules of shared processes: each file with a `test` of its own, see `titled`. */
export function shareProcesses(processes: readonly TestProcess[], root: string): Plugin {
  const shared = processes.filter(({ files }) => files.length > 1)
  const names = new Map(
    shared.flatMap(({ files }) => files).map(file => [join(root, file), nameOf(file)] as const),
  )
  const loader = 'js' as const
  return {
    name: 'share-processes',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^process:/ }, ({ path }) => ({ path, namespace: 'process' }))
      onLoad({ filter: /^process:/, namespace: 'process' }, ({ path }) => {
        const files = shared.find(({ module }) => path === `process:${module}`)?.files ?? []
        const contents = files.map(file => `import ${JSON.stringify(join(root, file))}\n`).join('')
        return { contents, loader, resolveDir: root }
      })
      onResolve({ filter: /^ava$/ }, ({ importer }) => {
        const name = names.get(importer)
        return name === undefined ? undefined : { path: name, namespace: 'titled' }
      })
      onLoad({ filter: /^/, namespace: 'titled' }, ({ path }) => ({
        contents: `import test from 'ava'
          import { titled } from ${JSON.stringify(join(root, 'test/support/titled.ts'))}
          export default titled(test, ${JSON.stringify(path)})`,
        ...{ loader, resolveDir: root },
      }))
    },
  }
}

/** As ava names a test file: `agent › wire › arp`. */
const nameOf = (file: string) =>
  file
    .replace(/^test\/(.*)\.test\.ts$/, '$1')
    .split('/')
    .join(' › ')
