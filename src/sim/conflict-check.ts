import type { World } from './world.ts'

/** A check: how many claims of strangers an instance of a node has heard and answered. */
export const conflictCheck =
  (name: string, instance: string, wanted: { readonly heard: number; readonly answered: number }) =>
  (world: World): string | undefined => {
    const node = world.nodes.find(other => other.name === name)
    const counters = node?.state?.instances.find(other => other.name === instance)?.counters
    const { conflicts_heard: heard = -1, conflicts_answered: answered = -1 } = counters ?? {}
    if (heard === wanted.heard && answered === wanted.answered) return undefined
    return `${name} ${instance} heard ${heard} claims and answered ${answered}`
  }
