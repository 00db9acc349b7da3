import { bundleTestPackages } from './scripts/lib/test-packages.mjs';

const swc = {
  sourceMaps: 'inline',
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true },
  },
};

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    ...(await bundleTestPackages()),
    '^@app/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/**
 * `unit`: no I/O, beside the code. `integration`: real Postgres, Redis and processes, set up by scripts/test.mjs.
 * `start`: `npm start` itself, which has the machine to itself because the spec limits its time.
 */
export default {
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,cli,tools}/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/start/start.spec.ts'],
    },
    {
      ...shared,
      displayName: 'start',
      testMatch: ['<rootDir>/test/start/start.spec.ts'],
    },
  ],
};
