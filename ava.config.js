// The stages of test/run.ts pass their own file patterns; the default is the unit tests.
export default {
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  workerThreads: false,
  files: [
    'test/**/*.test.ts',
    '!test/netns/**',
    '!test/e2e/**',
    '!test/long/**',
    '!test/fixtures/**',
  ],
  timeout: '120s',
}
