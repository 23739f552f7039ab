/**
 * The door: becomes `window.PulseWidget`, answers what was called before it loaded, and starts by
 * itself when the script tag carries data-token or data-token-url. Loaded twice, it does nothing.
 */
import { loadPages } from './load_pages.js';
import { api } from './state.js';
import { setLoader } from './view/view.js';
import { publish } from './widget.js';

// Only readable while the script runs for the first time.
const { src, nonce, dataset = {} } = /** @type {any} */ (document.currentScript || {});

if (!api.loaded) {
  setLoader(loadPages);
  // Behind a proxy Pulse may stand under a path: it is two folders above the script.
  publish({ nonce, apiUrl: new URL(src ? '../..' : '/', src || location.href).href });
  /** @type {any} */ (window).PulseWidget = api;
  for (const [method, args, done] of (api.q || []).splice(0)) api[method](...args).then(done);
  const { token, tokenUrl } = dataset;
  const getToken = async () => {
    const text = await (await fetch(tokenUrl)).text();
    return text[0] == '{' ? JSON.parse(text).token : text;
  };
  if (token || tokenUrl) api.init({ getToken: tokenUrl && getToken, ...dataset });
}
