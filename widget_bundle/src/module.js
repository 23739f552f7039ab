/** The widget as a module of the npm package: its later pages are a chunk of the host's bundle. */
import { setLoader } from './navigation.js';
import { api } from './state.js';
import { publish } from './widget.js';

if (!api.loaded) {
  setLoader(async () => (await import('./pages/index.js')).default);
  publish({});
  /** @type {any} */ (window).PulseWidget = api;
}
export const widget = api;
