/** Names of environment variables. Args and secrets both become environment variables. */

/** Set by Proctor for every execution. Reserved, because they would override anything of the same name. */
export const CONTEXT_NAMES = [
  'EXECUTION_ID',
  'JOB_NAME',
  'EXECUTION_NAME',
  'USER_EMAIL',
  'IMAGE_TAG',
] as const;

export type ContextName = (typeof CONTEXT_NAMES)[number];

export const MAX_ENV_NAME_LENGTH = 128;

/** Variables that make a loader, shell or language runtime load or run code that is not part of the image. */
const LOADER_NAMES: ReadonlySet<string> = new Set(
  [
    // shells
    'PATH ENV BASH_ENV IFS PS4 PROMPT_COMMAND SHELLOPTS BASHOPTS BASH_XTRACEFD CDPATH GLOBIGNORE FPATH ZDOTDIR',
    // the C library
    'GLIBC_TUNABLES GCONV_PATH GETCONF_DIR LOCPATH NLSPATH HOSTALIASES RESOLV_HOST_CONF',
    // languages
    'NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE PYTHON_PRESITE',
    'PERL5OPT PERL5LIB PERLLIB PERL5DB RUBYOPT RUBYLIB GEM_HOME GEM_PATH BUNDLE_GEMFILE',
    'JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH MAVEN_OPTS GRADLE_OPTS',
    'DOTNET_STARTUP_HOOKS CORECLR_PROFILER_PATH COR_PROFILER_PATH PHPRC PHP_INI_SCAN_DIR TCLLIBPATH',
    'ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ELIXIR_ERL_OPTIONS R_PROFILE R_PROFILE_USER',
    // tools
    'GIT_EXEC_PATH GIT_ASKPASS GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF GIT_TEMPLATE_DIR GIT_PAGER GIT_EDITOR',
    'LESSOPEN LESSCLOSE OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES SSLKEYLOGFILE MAKEFLAGS RUSTC_WRAPPER',
  ].flatMap((line) => line.split(' ')),
);

/** `PYTHON` followed by a letter. Python's own variables have no underscore there, so `PYTHON_VERSION` stays allowed. */
const LOADER_PATTERN = /^(LD_|DYLD_|BASH_FUNC_|PYTHON[A-Z]|GIT_SSH|GIT_CONFIG|LUA_(INIT|PATH|CPATH))/;

export type EnvNameProblem = 'invalid' | 'reserved' | 'changes-loading';

/** Returns why a name is not acceptable, or null. Case-sensitive, as in Linux. */
export function findEnvNameProblem(name: string): EnvNameProblem | null {
  if (!isEnvName(name)) return 'invalid';
  if ((CONTEXT_NAMES as readonly string[]).includes(name)) return 'reserved';
  return LOADER_NAMES.has(name) || LOADER_PATTERN.test(name) ? 'changes-loading' : null;
}

/** Letters, digits and `_`, not starting with a digit. `__proto__` is excluded because JavaScript objects drop it. */
export function isEnvName(name: string): boolean {
  return name.length <= MAX_ENV_NAME_LENGTH && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== '__proto__';
}

/** Explains the problem to the person who chose the name. */
export function describeEnvNameProblem(problem: EnvNameProblem): string {
  switch (problem) {
    case 'invalid':
      return `is not a valid name: use letters, digits and _, not starting with a digit, at most ${MAX_ENV_NAME_LENGTH} characters`;
    case 'reserved':
      return `is reserved: Proctor sets ${CONTEXT_NAMES.join(', ')} itself; choose another name`;
    case 'changes-loading':
      return 'is not allowed, because it changes how programs load; choose another name';
  }
}
