/**
 * For the benchmark: what React and ReactDOM weigh when all they do is say hello in the widget's
 * place. `node peer.mjs` prints the bundle.
 */
import { build } from 'esbuild';

const { outputFiles } = await build({
  stdin: {
    contents: `
      import { createElement } from 'react';
      import { createRoot } from 'react-dom/client';
      const place = document.createElement('div');
      place.id = 'peer';
      document.documentElement.append(place);
      createRoot(place).render(createElement('button', {}, '78'));`,
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  minify: true,
  format: 'iife',
  define: { 'process.env.NODE_ENV': '"production"' },
  write: false,
});
process.stdout.write(outputFiles[0].text);
