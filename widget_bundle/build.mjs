/**
 * Build the bundle and the locales into dist/, print the size report, and (with --check) fail when
 * what is committed is not what the sources give, or when the bundle outgrows its limit.
 */
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';

/** The whole widget, compressed: launcher, panel, wrapped, English. */
const LIMIT = 10_000;
/**
 * Names of properties that never leave the bundle: no wire name, no word. Some are names of the DOM
 * too (item, list, add …); we use none of these as such.
 */
const INTERNAL = /^(flush|refreshState|wake|outbox|party|calm|item|done|fail|use|request|owner|end|list|page|story|at|speak|erasure|add)$/;
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

/** Bundled by esbuild, then once more by terser, which finds 3 % that esbuild leaves. */
const bundle = async () => {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'src/entry.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    charset: 'utf8',
    legalComments: 'none',
    define: { VERSION: JSON.stringify(version) },
    plugins: [minifiedCss],
    write: false,
  });
  const { code } = await minify(outputFiles[0].text, {
    compress: { passes: 4, pure_getters: true, lhs_constants: false, unsafe_methods: true },
    module: true,
    ecma: 2020,
    mangle: { properties: { regex: INTERNAL, builtins: true } },
  });
  return `(()=>{${code}})();\n`;
};

const files = { 'pulse-widget.js': await bundle() };
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
console.log(`limit ${LIMIT} B gzip, ${LIMIT - size} B left`);
if (stale.length) console.error(`dist differs from a fresh build: ${stale.join(', ')}`);
if (size > LIMIT) console.error(`the bundle is ${size - LIMIT} B over its limit`);
if (stale.length || size > LIMIT) process.exitCode = 1;
