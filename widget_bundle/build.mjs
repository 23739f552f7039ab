/**
 * Build the bundle and the locales into dist/, print the size report, and (with --check) fail when
 * what is committed is not what the sources give, or when the bundle outgrows its limit.
 */
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';

/** What a visit loads, compressed: launcher, panel with its first page, English. */
const LIMIT = 10_000;
/** The pages behind it (look back, your data …), fetched when one of them opens. */
const PAGES_LIMIT = 5_000;
/**
 * Names of properties that never leave the bundle: no wire name, no word. Some are names of the DOM
 * too (item, list, add …); we use none of these as such.
 */
const INTERNAL = /^(flush|refresh|sleep|gone|wake|outbox|party|calm|item|done|fail|use|request|owner|end|list|page|story|at|speak|erasure|add)$/;
const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));

const minifiedCss = {
  name: 'minified-css',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
        target: ['chrome123', 'firefox128', 'safari17.5'],
      });
      // The values of custom properties are left as written: close their gaps too.
      const text = code.trim().replace(/(--[\w-]+): /g, '$1:').replace(/, /g, ',');
      return { contents: text, loader: 'text' };
    }),
};

/** In the pages' file an import of the core is a place in the list that load_pages.js hands over. */
const [, shared] = (await readFile(join(here, 'src/load_pages.js'), 'utf8')).match(
  /core = \[([^\]]+)\]/,
);
const coreAsParameter = {
  name: 'core-as-parameter',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\.\.\// }, () => ({ path: 'core', namespace: 'core' }));
    onLoad({ filter: /./, namespace: 'core' }, () => ({ contents: `export const [${shared}] = core` }));
  },
};

const common = {
  bundle: true,
  minify: true,
  target: ['chrome123', 'firefox128', 'safari17.5'],
  charset: 'utf8',
  legalComments: 'none',
  define: { VERSION: JSON.stringify(version) },
  write: false,
};

/** Both files are shortened by the same names. */
const nameCache = {};
/** Once more by terser, which finds 3 % that esbuild leaves. */
const shorten = async (text) => {
  const { code } = await minify(text, {
    compress: { passes: 4, pure_getters: true, lhs_constants: false, unsafe_methods: true },
    module: true,
    ecma: 2020,
    mangle: { properties: { regex: INTERNAL, builtins: true } },
    nameCache,
  });
  return code;
};

/** The file of the script tag: launcher, panel and its first page, English. */
const bundle = async () => {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(here, 'src/entry.js')],
    format: 'esm',
    plugins: [minifiedCss],
  });
  return `(()=>{${await shorten(outputFiles[0].text)}})();\n`;
};

/** The pages behind the first one: a module whose default makes them from the core. */
const pages = async () => {
  const { outputFiles } = await build({
    ...common,
    stdin: { contents: 'import pages from "./src/pages/index.js"; made(pages)', resolveDir: here },
    format: 'iife',
    plugins: [coreAsParameter],
  });
  const text = `export default (core)=>{let all,made=(pages)=>{all=pages};${outputFiles[0].text};return all}`;
  return (await shorten(text)) + '\n';
};

/** The npm package: the same sources as modules, beside the loader and the wrappers. */
const pack = async () => {
  const out = join(here, 'package/lib');
  await rm(out, { recursive: true, force: true });
  await build({
    ...common,
    write: true,
    entryPoints: { widget: join(here, 'src/module.js'), headless: join(here, 'src/headless.js') },
    format: 'esm',
    splitting: true,
    outdir: out,
    plugins: [minifiedCss],
  });
  await cp(join(here, 'package/src'), out, { recursive: true });
  await cp(join(here, 'pulse-widget.d.ts'), join(out, 'pulse-widget.d.ts'));
};
if (process.argv.includes('--package')) {
  await pack();
  process.exit();
}

const files = { 'pulse-widget.js': await bundle(), 'pages.js': await pages() };
for (const name of (await readdir(join(here, 'src/locales'))).sort()) {
  const words = JSON.parse(await readFile(join(here, 'src/locales', name), 'utf8'));
  files[`locales/${name}`] = JSON.stringify(words) + '\n';
}
/** Every file under src, so that a stale dist is noticed where there is no Node, too. */
const sources = createHash('sha256');
const names = (await readdir(join(here, 'src'), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'));
for (const name of names.sort()) sources.update(await readFile(name));
const integrity = createHash('sha384').update(files['pulse-widget.js']).digest('base64');
const size = gzipSync(files['pulse-widget.js'], { level: 9 }).length;
const later = gzipSync(files['pages.js'], { level: 9 }).length;
files['manifest.json'] =
  JSON.stringify(
    {
      version,
      integrity: `sha384-${integrity}`,
      bytes: Buffer.byteLength(files['pulse-widget.js']),
      gzip: size,
      pages_gzip: later,
      sources: sources.digest('hex'),
    },
    null,
    2,
  ) + '\n';

/** A released version never changes: pages that pin its hash go on loading it. */
const RELEASED = ['pulse-widget.js', 'pages.js', 'pulse-widget.d.ts'];
files['pulse-widget.d.ts'] = await readFile(join(here, 'pulse-widget.d.ts'), 'utf8');
const release = join(here, 'releases', 'v' + version);
const changed = [];
for (const name of RELEASED) {
  const kept = await readFile(join(release, name), 'utf8').catch(() => '');
  if (kept && kept !== files[name]) changed.push(name);
}
if (process.argv.includes('--release') && !changed.length) {
  await mkdir(release, { recursive: true });
  for (const name of RELEASED) await writeFile(join(release, name), files[name]);
  console.log(`released v${version}`);
}
delete files['pulse-widget.d.ts'];

const check = process.argv.includes('--check');
const stale = [];
for (const [name, text] of Object.entries(files)) {
  const path = join(here, 'dist', name);
  if (check) {
    if ((await readFile(path, 'utf8').catch(() => '')) !== text) stale.push(name);
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  if (!name.startsWith('manifest')) {
    const bytes = String(Buffer.byteLength(text)).padStart(7);
    const packed = String(gzipSync(text, { level: 9 }).length).padStart(7);
    console.log(`${name.padEnd(22)}${bytes} B ${packed} B gzip`);
  }
}
console.log(`every visit: limit ${LIMIT} B gzip, ${LIMIT - size} B left`);
console.log(`when a page behind the first one opens: limit ${PAGES_LIMIT} B, ${PAGES_LIMIT - later} B left`);
if (stale.length) console.error(`dist differs from a fresh build: ${stale.join(', ')}`);
if (size > LIMIT) console.error(`the bundle is ${size - LIMIT} B over its limit`);
if (later > PAGES_LIMIT) console.error(`the pages are ${later - PAGES_LIMIT} B over their limit`);
if (changed.length)
  console.error(`v${version} is released and differs: ${changed.join(', ')}. Raise it in package.json`);
if (changed.length || stale.length || size > LIMIT || later > PAGES_LIMIT) process.exitCode = 1;
