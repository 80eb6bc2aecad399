import fc from 'fast-check'
import { seed } from './effort.ts'

// Random cases follow the seed of the run, as everything else that is random in it.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

export { fc }
