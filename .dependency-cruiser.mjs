import { HOMES, PARTS, PORTABLE, ROOTS } from './tools/boundaries/tables.mjs';

const SPEC = '\\.spec\\.ts$';
/** Fakes and conformance suites beside the code, for specs only. */
const TESTING = '/testing/';

/** Files that may use any package: specs, and what runs only on a developer's machine. */
const DEVELOPMENT = ['^tools/', '^test/', SPEC, TESTING];

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const escape = (text) => text.replaceAll('.', '\\.');
const nameOf = (part) => part.replace('/*', '').replace('/', '-');
/** `$1` in a rule's `to` is what the group in its `from` matched. */
const fromPath = (part) => `^${part.replace('*', '([^/]+)')}/`;
const ownPath = (part) => `^${part.replace('*', '$1')}/`;
const allowedPath = (target) => `^${target.includes('/') ? escape(target) : `libs/${target}/`}`;

const parts = PARTS.map(([part, allowed, instead]) =>
  forbid(
    `${nameOf(part)}-imports`,
    instead,
    {
      path: fromPath(part),
      pathNot: part.endsWith('*')
        ? PARTS.map(([other]) => other)
            .filter((other) => other !== part && other.startsWith(part.slice(0, -1)))
            .map(fromPath)
        : [],
    },
    { path: `^(${ROOTS.join('|')})/`, pathNot: [ownPath(part), ...allowed.map(allowedPath)] },
  ),
);

const homes = HOMES.map(([packages, places, instead]) =>
  forbid(
    `home-of-${packages[0].replace(/^@/, '').replace('/', '-')}`,
    instead,
    { path: `^(${ROOTS.join('|')})/`, pathNot: [...places.map((place) => `^${place}/`), ...DEVELOPMENT] },
    { path: packages.map((name) => `(^|/)node_modules/${escape(name)}/`) },
  ),
);

const portable = PORTABLE.map(([lib, packages]) =>
  forbid(
    `${lib}-runs-anywhere`,
    'This lib also runs in a browser: let the caller pass in what needs Node or a package.',
    { path: `^libs/${lib}/`, pathNot: DEVELOPMENT },
    { pathNot: [`^(${ROOTS.join('|')})/`, ...packages.map((name) => `(^|/)node_modules/${name}/`)] },
  ),
);

const general = [
  forbid(
    'libs-by-their-index',
    'Import a lib as @app/<lib>; export what is missing from its index.ts.',
    { path: '^(?:apps|cli|tools|scripts|libs/([^/]+))/' },
    { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$', TESTING] },
  ),
  forbid(
    'no-testing-in-production',
    'Specs and testing/ folders are for specs only.',
    { path: '^(apps|libs|cli|scripts)/', pathNot: DEVELOPMENT },
    { path: [SPEC, TESTING], pathNot: '(^|/)node_modules/' },
  ),
  forbid(
    'no-dev-dependencies-in-production',
    'Production images have no dev dependencies: move the package to dependencies, or import its types only.',
    // The console is built before: its packages are in its files.
    { path: '^(apps|libs|cli)/', pathNot: ['^apps/console/', ...DEVELOPMENT] },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'no-undeclared-packages',
    'Add the package to package.json: it is installed only because another package needs it.',
    {},
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
  forbid('no-missing-files', 'The imported file or package does not exist.', {}, { couldNotResolve: true }),
  forbid('no-circles', 'Merge the files, or move what both need into a third one.', {}, { circular: true }),
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...parts, ...homes, ...portable, ...general],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    // Only the generated client: a broader pattern would also hide the packages whose files are in a dist/ folder.
    exclude: { path: '^libs/database/src/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
