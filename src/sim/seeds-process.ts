/** A process of `npm run sim`: runs the seeds that it is sent, and answers what became of them. */

import { runSeeds, type Seeds } from './seeds.ts'

process.on('message', (seeds: Seeds) => process.send?.(runSeeds(seeds)))
