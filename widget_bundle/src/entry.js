/**
 * The door: becomes `window.PulseWidget`, answers what was called before it loaded, and starts by
 * itself when the script tag carries data-token or data-token-url. Loaded twice, it does nothing.
 */
import { createWidget } from './widget.js';

// Only readable while the script runs for the first time.
const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);

/** @type {any} */
const page = window;
const stub = page.PulseWidget || {};

if (!stub.loaded) {
  const { q = [] } = stub;
  const widget = createWidget(stub, script?.src, script?.nonce);
  page.PulseWidget = widget;
  for (const [method, args, done] of q.splice(0)) widget[method](...args).then(done);
  const { token, tokenUrl, ...data } = script?.dataset || {};
  if (token || tokenUrl) {
    const getToken = async () => {
      const text = await (await fetch(/** @type {string} */ (tokenUrl), { cache: 'no-store' })).text();
      return text[0] == '{' ? JSON.parse(text).token : text;
    };
    widget.init({ ...data, ...(token ? { token } : { getToken }) });
  }
}
