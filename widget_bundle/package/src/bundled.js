/**
 * The same as the package's main entry, with the widget's code inside your bundle: for pages whose
 * policy allows no script of another host. `init` then needs `apiUrl`.
 */
import { once } from './once.js';

/** Brings the widget from your own bundle; never rejects. */
export const load = once(async () => ({ ok: true, widget: (await import('./widget.js')).widget }));

/** `load`, then `PulseWidget.init` with the same options; never rejects. */
export const init = async (options) => {
  const loaded = await load(options);
  return loaded.ok ? loaded.widget.init(options) : loaded;
};
