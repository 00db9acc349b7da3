import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const IMPORTERS = ['apps', 'cli', 'libs', 'tools', 'test'];
const SKIPPED = new Set(['node_modules', 'dist', 'generated']);

/**
 * Names that the index of a lib exports and that no file outside the lib imports.
 * @param {string} projectDir
 * @returns {{ lib: string, name: string }[]}
 */
export function findUnusedExports(projectDir) {
  const libs = readdirSync(join(projectDir, 'libs'));
  const used = new Map(libs.map((lib) => [lib, new Set()]));
  for (const file of IMPORTERS.flatMap((root) => listSources(join(projectDir, root)))) {
    const owner = /^libs\/([^/]+)\//.exec(relative(projectDir, file))?.[1];
    for (const { lib, name } of importsOf(parse(file))) {
      if (lib !== owner) used.get(lib)?.add(name);
    }
  }
  return libs.flatMap((lib) =>
    exportsOf(join(projectDir, 'libs', lib, 'src/index.ts'))
      .filter((name) => !used.get(lib)?.has(name) && !used.get(lib)?.has('*'))
      .map((name) => ({ lib, name })),
  );
}

function listSources(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return listSources(path);
    return /\.(ts|mts|tsx)$/.test(entry.name) ? [path] : [];
  });
}

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
}

/** What a file imports of which lib; `*`: all of it. `import('@app/lib')` counts as all. */
function importsOf(source) {
  const found = [];
  const add = (specifier, names) => {
    const lib = /^@app\/([^/]+)$/.exec(specifier)?.[1];
    if (lib) found.push(...names.map((name) => ({ lib, name })));
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings)
        add(
          statement.moduleSpecifier.text,
          ts.isNamedImports(bindings) ? bindings.elements.map(originalName) : ['*'],
        );
    } else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
      const clause = statement.exportClause;
      add(
        statement.moduleSpecifier.text,
        clause && ts.isNamedExports(clause) ? clause.elements.map(originalName) : ['*'],
      );
    }
  }
  for (const [, specifier] of source.text.matchAll(/\bimport\(\s*'(@app\/[^']+)'/g)) add(specifier, ['*']);
  return found;
}

const originalName = ({ propertyName, name }) => (propertyName ?? name).text;

/** The names that a file exports, those of `export *` too. */
function exportsOf(file) {
  return parse(file).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      if (statement.exportClause)
        return ts.isNamedExports(statement.exportClause)
          ? statement.exportClause.elements.map(({ name }) => name.text)
          : [statement.exportClause.name.text];
      return exportsOf(join(dirname(file), statement.moduleSpecifier.text.replace(/\.js$/, '.ts')));
    }
    if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.text);
    return statement.name ? [statement.name.text] : [];
  });
}
