/** Everything that the nodes said, to be looked through at the end. */

import type { Checker } from '../checker.ts'

export interface Sayings extends Checker {
  /** What is missing of `must`, or was said of `never`; undefined: nothing is wrong. */
  wrong(must?: readonly string[], never?: readonly string[]): string | undefined
}

/** Each saying is a node, a reason and whom it concerns: `lb2 path_lost line`. */
export function newSayings(): Sayings {
  const said = new Set<string>()
  return {
    id: 'sayings',
    onEffects(_world, node, _event, effects) {
      for (const effect of effects) {
        if (effect.kind === 'note') said.add(`${node.name} ${effect.reason} ${effect.subject}`)
      }
    },
    wrong(must = [], never = []) {
      const missing = must.find(saying => !said.has(saying))
      if (missing !== undefined) return `nobody said: ${missing}`
      const spare = never.find(saying => said.has(saying))
      return spare === undefined ? undefined : `this was said: ${spare}`
    },
  }
}
