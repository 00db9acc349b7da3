import { describe, expect, it } from '@jest/globals';
import { checkArgs as checkArgsWith } from './check-args.js';
import { MAX_ENV_TOTAL_BYTES, MAX_ENV_VALUE_BYTES } from './env-value.js';
import { plainArg } from './proc.js';

const matches = (pattern: string, value: string) => new RegExp(`^(?:${pattern})$`, 'u').test(value);
const checkArgs = (declared: Parameters<typeof checkArgsWith>[0], given: Record<string, string>) =>
  checkArgsWith(declared, given, matches);

const proc = {
  args: [plainArg('NAME', { description: 'whom to greet', required: true }), plainArg('LOUD')],
  secrets: [{ name: 'API_KEY', description: '' }],
  allowUndeclaredArgs: [],
};
const open = { ...proc, allowUndeclaredArgs: true as const };

const fieldsOf = (problems: { field: string }[]) => problems.map(({ field }) => field);

describe('checkArgs', () => {
  it.each([[{ NAME: 'Ada' }], [{ NAME: 'Ada', LOUD: 'true' }], [{ NAME: '' }]])('accepts %j', (given) => {
    expect(checkArgs(proc, given)).toEqual([]);
  });

  it('rejects an undeclared arg and lists the declared ones', () => {
    expect(checkArgs(proc, { NAME: 'Ada', NAEM: 'x' })).toEqual([
      {
        field: 'NAEM',
        message: '"NAEM" is not an arg of this proc (it takes NAME, LOUD); remove it or correct its name',
      },
    ]);
    const none = checkArgs({ args: [], secrets: [], allowUndeclaredArgs: [] }, { X: '1' });
    expect(none[0]?.message).toContain('it takes no args');
  });

  it('passes on undeclared args if the proc allows it, but none that change how programs load', () => {
    expect(checkArgs(open, { NAME: 'Ada', EXTRA: '1' })).toEqual([]);
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', LD_PRELOAD: '/x.so', EXECUTION_ID: '1' }))).toEqual([
      'LD_PRELOAD',
      'EXECUTION_ID',
    ]);
  });

  it('takes undeclared args that the proc lists, by name or prefix, and no others', () => {
    const listing = { ...proc, allowUndeclaredArgs: ['KUBECONFIG', 'REPORT_*'] };
    expect(checkArgs(listing, { NAME: 'Ada', KUBECONFIG: '/x', REPORT_DAY: '1', REPORT_: '2' })).toEqual([]);
    const given = { NAME: 'Ada', REPORT: '1', report_day: '1', KUBECONFIG2: '1', REPORT_OPTIONS: '1' };
    const problems = checkArgs(listing, given);
    expect(fieldsOf(problems)).toEqual(['REPORT', 'report_day', 'KUBECONFIG2', 'REPORT_OPTIONS']);
    expect(problems[0]?.message).toContain('it takes NAME, LOUD, KUBECONFIG, REPORT_*');
    expect(problems[3]?.message).toContain('ask an admin to declare it');
  });

  // Each was passed on to the container before.
  it.each([
    ...['TAR_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'https_proxy', 'HTTP_PROXY', 'No_Proxy', 'HOME', 'KUBECONFIG'],
    ...[
      'GIT_DIR',
      'GIT_SSL_NO_VERIFY',
      'HADOOP_CONF_DIR',
      'MC_HOST_backup',
      'CVS_RSH',
      'BAT_CONFIG_FILE',
      'EXINIT',
      'GRADLE_OPTS',
      'SBT_OPTS',
      'ANT_ARGS',
      'GREP_OPTIONS',
      'LESS',
      'XZ_OPT',
    ],
    ...[
      'SHELL',
      'TMPDIR',
      'EDITOR',
      'PAGER',
      'SSH_AUTH_SOCK',
      'SSH_ASKPASS',
      'CURL_HOME',
      'CURL_CA_BUNDLE',
      'WGETRC',
    ],
    ...[
      'SSL_CERT_FILE',
      'REQUESTS_CA_BUNDLE',
      'npm_config_registry',
      'PIP_INDEX_URL',
      'GOFLAGS',
      'GOPROXY',
      'RUSTFLAGS',
    ],
    ...[
      'CARGO_HOME',
      'AWS_ENDPOINT_URL',
      'AWS_CA_BUNDLE',
      'KUBERNETES_SERVICE_HOST',
      'DOCKER_HOST',
      'TF_CLI_ARGS',
    ],
    ...[
      'ANSIBLE_CONFIG',
      'VAULT_ADDR',
      'PGSERVICEFILE',
      'PGHOST',
      'MYSQL_HOME',
      'PROCTOR_SECRET_KEY',
      'RES_OPTIONS',
    ],
    ...[
      'MALLOC_CHECK_',
      'LC_ALL',
      'TERMINFO',
      'XDG_CONFIG_HOME',
      'KRB5_CONFIG',
      'ZIPOPT',
      'UNZIP',
      'RSYNC_RSH',
      'CC',
    ],
    ...[
      'path',
      'ld_preload',
      'Python_Path',
      'JAVA_OPTS',
      'CATALINA_OPTS',
      'MY_OPTIONS',
      'HGRCPATH',
      'PHP_INI_SCAN_DIR',
    ],
  ])('does not pass on %s, even to a proc that takes any arg', (name) => {
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', [name]: 'x' }))).toEqual([name]);
  });

  it.each([
    'SERVICE',
    'REPORT_DAY',
    'src',
    'HOMEPAGE',
    'GOAL',
    'USER_ID',
    'CUSTOMER',
    'REGION',
    'Description',
    'PIPE',
    'DRY_RUN',
  ])('passes %s on to a proc that takes any arg', (name) =>
    expect(checkArgs(open, { NAME: 'Ada', [name]: 'x' })).toEqual([]),
  );

  it('leaves names that programs read to the author of the proc, who declares them', () => {
    const args = [plainArg('https_proxy'), plainArg('KUBECONFIG'), plainArg('HOME')];
    expect(checkArgs({ ...proc, args }, { https_proxy: 'x', KUBECONFIG: 'y', HOME: '/' })).toEqual([]);
  });

  it('asks for a required arg with its description', () => {
    expect(checkArgs(proc, {})).toEqual([
      {
        field: 'NAME',
        message: 'Argument "NAME" is required (whom to greet). Add NAME=value',
      },
    ]);
  });

  it('does not treat an inherited property as a given arg', () => {
    const args = [plainArg('toString', { required: true })];
    expect(fieldsOf(checkArgs({ ...proc, args }, {}))).toEqual(['toString']);
  });

  it('rejects a value for a secret, even if undeclared args are allowed', () => {
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', API_KEY: 'mine' }))).toEqual(['API_KEY']);
  });

  it.each([
    ['a NUL', 'hunter2\0'],
    ['half of a surrogate pair', 'hunter2\ud800'],
    ['too many bytes', 'hunter2' + 'é'.repeat(MAX_ENV_VALUE_BYTES / 2)],
  ])('refuses a value with %s, and does not repeat it', (_name, value) => {
    const problems = checkArgs(proc, { NAME: value });
    expect(fieldsOf(problems)).toEqual(['NAME']);
    expect(problems[0]?.message).not.toContain('hunter2');
  });

  it('accepts a value of exactly the limit, and any valid Unicode', () => {
    expect(checkArgs(proc, { NAME: 'x'.repeat(MAX_ENV_VALUE_BYTES), LOUD: '😀$(A)\n' })).toEqual([]);
  });

  it('rejects more than a Job can hold in total', () => {
    const given = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [`A${index}`, 'x'.repeat(MAX_ENV_VALUE_BYTES)]),
    );
    expect(fieldsOf(checkArgs(open, { NAME: '', ...given }))).toEqual(['args']);
  });

  it('counts defaults toward the total of a Job', () => {
    const args = Array.from({ length: 6 }, (_, n) =>
      plainArg(`A${n}`, { default: 'x'.repeat(MAX_ENV_VALUE_BYTES) }),
    );
    const full = { ...proc, args: [...args, plainArg('NAME')] };
    expect(6 * MAX_ENV_VALUE_BYTES).toBe(MAX_ENV_TOTAL_BYTES);
    expect(fieldsOf(checkArgs(full, {}))).toEqual([]);
    expect(fieldsOf(checkArgs(full, { NAME: 'x' }))).toEqual(['args']);
  });

  it('uses the default of an omitted required arg', () => {
    const args = [plainArg('NAME', { required: true, default: 'world' })];
    expect(checkArgs({ ...proc, args }, {})).toEqual([]);
  });

  it('checks each value by its type and never repeats a secret', () => {
    const typed = {
      ...proc,
      args: [
        plainArg('COUNT', { type: 'number', min: '1', max: '3' }),
        plainArg('MODE', { type: 'enum', options: ['fast', 'safe'] }),
        plainArg('TOKEN', { type: 'secret', pattern: '[a-z]{6,}' }),
        plainArg('CODE', { pattern: '[A-Z]{2}' }),
      ],
    };
    expect(checkArgs(typed, { COUNT: '3', MODE: 'safe', TOKEN: 'hunter', CODE: 'AB' })).toEqual([]);
    expect(checkArgs(typed, { COUNT: '4', MODE: 'slow', TOKEN: 'HUNTER22', CODE: 'ABC' })).toEqual([
      { field: 'COUNT', message: 'The value of "COUNT" must be a number from 1 to 3, got "4"' },
      { field: 'MODE', message: 'The value of "MODE" must be one of "fast", "safe", got "slow"' },
      {
        field: 'TOKEN',
        message: 'The value of "TOKEN" must match the whole pattern [a-z]{6,}, but does not',
      },
      {
        field: 'CODE',
        message: 'The value of "CODE" must match the whole pattern [A-Z]{2}, got "ABC"',
      },
    ]);
  });

  it('lists all problems at once', () => {
    expect(fieldsOf(checkArgs(proc, { LOUD: '\0', 'A-B': '', PATH: '' }))).toEqual([
      'LOUD',
      'A-B',
      'PATH',
      'NAME',
    ]);
  });
});
