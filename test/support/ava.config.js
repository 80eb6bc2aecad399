// For test/run.ts, which passes the files of each stage as the plain modules it has made of them.
export default {
  nodeArguments: ['--enable-source-maps'],
  workerThreads: false,
  timeout: '120s',
}
