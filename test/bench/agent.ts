import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure, Topic } from './figure.ts'
import { director, MB, root } from './tool.ts'

/** The agent's program: its size on disk. */
export const agent: Topic = {
  name: 'agent',
  figures: ['agent ELF, stripped'],
  async measure() {
    await director('agent')
    return [elfSize()]
  },
}

function elfSize(): Figure {
  const bytes = statSync(join(root, 'out/agent/x86_64/directord')).size
  return { issue: 2, figure: 'agent ELF, stripped', unit: 'MB', ours: bytes / MB, bar: 1.2 }
}
