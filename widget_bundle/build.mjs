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

/** All code and styles of the widget together, compressed. */
const LIMIT = 10_000;
/**
 * Names of properties that never leave the bundle: no wire name, no word. Some are names of the DOM
 * too (item, list, add …); we use none of these as such.
 */
const INTERNAL = /^(flush|refresh|sleep|gone|wake|outbox|party|calm|item|done|fail|use|request|owner|end|list|said|failed|again|add)$/;
const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));

const shortCss = async (path) => {
  const { code } = await transform(await readFile(path, 'utf8'), {
    loader: 'css',
    minify: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
  });
  // The values of custom properties are left as written: close their gaps too.
  return code.trim().replace(/(--[\w-]+): /g, '$1:').replace(/, /g, ',');
};

const minifiedCss = {
  name: 'minified-css',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({
      contents: await shortCss(path),
      loader: 'text',
    })),
};

/** English that is said while the words' file is on its way, or Pulse cannot be reached. */
const BUILT_IN = /^(title|close|loading|offline|reconnecting|retry)$/;
const builtIn = {
  name: 'built-in-words',
  setup: ({ onLoad }) =>
    onLoad({ filter: /locales.en\.json$/ }, async ({ path }) => {
      const words = Object.entries(JSON.parse(await readFile(path, 'utf8')));
      const few = Object.fromEntries(words.filter(([key]) => BUILT_IN.test(key)));
      return { contents: JSON.stringify(few), loader: 'json' };
    }),
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

/** Once more by terser, which finds 3 % that esbuild leaves. */
const shorten = async (text) => {
  const { code } = await minify(text, {
    compress: { passes: 4, pure_getters: true, lhs_constants: false, unsafe_methods: true },
    module: true,
    ecma: 2020,
    mangle: { properties: { regex: INTERNAL, builtins: true } },
  });
  return code;
};

/** The file of the script tag. */
const bundle = async () => {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(here, 'src/entry.js')],
    format: 'esm',
    plugins: [minifiedCss, builtIn],
  });
  return `(()=>{${await shorten(outputFiles[0].text)}})();\n`;
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
    plugins: [minifiedCss, builtIn],
  });
  await cp(join(here, 'package/src'), out, { recursive: true });
  await cp(join(here, 'pulse-widget.d.ts'), join(out, 'pulse-widget.d.ts'));
};
if (process.argv.includes('--package')) {
  await pack();
  process.exit();
}

const files = {
  'pulse-widget.js': await bundle(),
  // Goes with what Pulse describes: the server reads it.
  'described.css': (await shortCss(join(here, 'src/described.css'))) + '\n',
};
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
files['manifest.json'] =
  JSON.stringify(
    {
      version,
      integrity: `sha384-${integrity}`,
      bytes: Buffer.byteLength(files['pulse-widget.js']),
      gzip: size,
      sources: sources.digest('hex'),
    },
    null,
    2,
  ) + '\n';

/** A released version never changes: pages that pin its hash go on loading it. */
const RELEASED = ['pulse-widget.js', 'pulse-widget.d.ts'];
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
if (stale.length) console.error(`dist differs from a fresh build: ${stale.join(', ')}`);
if (size > LIMIT) console.error(`the bundle is ${size - LIMIT} B over its limit`);
if (changed.length)
  console.error(`v${version} is released and differs: ${changed.join(', ')}. Raise it in package.json`);
