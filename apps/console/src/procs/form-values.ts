import type { ProcMetadata } from '@app/contract';

export type ArgDeclaration = ProcMetadata['env_vars']['args'][number];
export type FormValues = Readonly<Record<string, string>>;

export function isSecret({ type }: ArgDeclaration): boolean {
  return type === 'secret';
}

/** The values that an address gives to a form: of declared args, and never of secret ones. */
export function valuesFrom(search: URLSearchParams, args: readonly ArgDeclaration[]): FormValues {
  return Object.fromEntries(
    args.flatMap((arg) => {
      const value = search.get(arg.name);
      return value === null || isSecret(arg) ? [] : [[arg.name, value]];
    }),
  );
}

/** What an address gives, but the form does not take. */
export function ignoredIn(search: URLSearchParams, args: readonly ArgDeclaration[]): string[] {
  const taken = new Set(args.filter((arg) => !isSecret(arg)).map(({ name }) => name));
  return [...new Set(search.keys())].filter((name) => !taken.has(name));
}

/** The args of an execution: what is left empty is not given, so that its default counts. */
export function argsFrom(values: FormValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** The same without the values of secret args, for links and command lines. */
export function openArgsFrom(values: FormValues, args: readonly ArgDeclaration[]): Record<string, string> {
  const secret = new Set(args.filter(isSecret).map(({ name }) => name));
  return Object.fromEntries(Object.entries(argsFrom(values)).filter(([name]) => !secret.has(name)));
}
