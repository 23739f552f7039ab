/**
 * Loads the widget from your Pulse server, so that it always suits the server's version. Importing
 * this touches no browser object: it is safe in server-side rendering.
 */
import { once } from './once.js';

const WAIT = 15e3;

/** A script address under Trusted Types; the policy is the one the snippet uses. */
const trusted = (address) => {
  try {
    const same = { createScriptURL: (text) => text };
    return window.trustedTypes.createPolicy('pulse', same).createScriptURL(address);
  } catch {
    return address;
  }
};

const inject = ({ apiUrl, version = '1', integrity, nonce, timeout = WAIT }) =>
  new Promise((done) => {
    const script = document.createElement('script');
    const end = (error) => {
      clearTimeout(timer);
      if (!error && window.PulseWidget?.loaded) return done({ ok: true, widget: window.PulseWidget });
      script.remove();
      done({ ok: false, error: error || 'load_failed' });
    };
    const timer = setTimeout(end, timeout, 'timeout');
    script.async = true;
    script.crossOrigin = 'anonymous';
    if (integrity) script.integrity = integrity;
    if (nonce) script.nonce = nonce;
    script.onload = () => end();
    script.onerror = () => end('load_failed');
    try {
      script.src = trusted(`${apiUrl.replace(/\/$/, '')}/widget/v${version}/pulse.js`);
      document.head.append(script);
    } catch {
      end('load_failed');
    }
  });

/** Brings the widget; never rejects. A failed attempt may be repeated. */
export const load = once(inject);

/** `load`, then `PulseWidget.init` with the same options; never rejects. */
export const init = async (options) => {
  const loaded = await load(options);
  return loaded.ok ? loaded.widget.init(options) : loaded;
};
