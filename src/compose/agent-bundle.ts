import { build } from 'esbuild'
import project from '../../package.json' with { type: 'json' }
import { fail } from '../kit/problem.ts'
import { projectFolder } from './agent-toolchain.ts'

/** Where the agent's script begins. */
export const AGENT_ENTRY = 'src/agent/shell/main.ts'

/**
 * The agent's core and shell as one script without imports.
 *
 * A script and not a module, since a module needs promises, which the agent's context has not.
 *
 * @throws ProblemError `agent_bundle` when a file does not parse or imports what is not ours
 */
export async function bundleAgent(entry: string = AGENT_ENTRY): Promise<string> {
  const result = await build({
    absWorkingDir: projectFolder,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    platform: 'neutral',
    charset: 'utf8',
    legalComments: 'none',
    minifyWhitespace: false,
    minifySyntax: true,
    treeShaking: true,
    define: { AGENT_VERSION: JSON.stringify(project.version) },
    logLevel: 'silent',
  }).catch((error: Error) =>
    fail(
      {
        code: 'agent_bundle',
        message: 'the agent cannot be bundled',
        found: error.message,
        where: { file: entry },
      },
      error,
    ),
  )
  return result.outputFiles[0]?.text ?? ''
}
