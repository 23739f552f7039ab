/**
 * Where the script begins: becomes `window.PulseWidget`, answers what was called before it loaded,
 * and starts by itself when the script tag carries data-token or data-token-url. Loaded twice, it
 * does nothing.
 */
import { api } from './state.js';
import { publish } from './widget.js';

// Only readable while the script runs for the first time; a module has none.
const { src, nonce, dataset = {} } = /** @type {any} */ (document.currentScript || {});
const own = src || (Error().stack || '').match(/https?:\S+?\/widget\/v\S+?\.js/)?.[0];
const stub = /** @type {any} */ (window).PulseWidget;

if (!api.loaded) {
  // Behind a proxy Pulse may stand under a path: it is two folders above the script.
  publish({ nonce, apiUrl: new URL(own ? '../..' : '/', own || location.href).href });
}
/** @type {any} */ (window).PulseWidget = api;
for (const [method, args, done] of (stub?.q || []).splice(0)) api[method](...args).then(done);
/** @type {Record<string, any>} */
const given = {};
for (const [name, value] of Object.entries(dataset))
  given[name] = value == 'true' || (value != 'false' && value);
const { token, tokenUrl } = dataset;
if (token || tokenUrl)
  api.init({
    getToken:
      tokenUrl &&
      (async () => {
        const answer = await fetch(tokenUrl, { cache: 'no-store' });
        if (!answer.ok) throw answer;
        const text = await answer.text();
        return text[0] == '{' ? JSON.parse(text).token : text;
      }),
    ...given,
  });
