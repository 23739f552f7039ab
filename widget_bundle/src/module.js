/** The widget as a module of the npm package. */
import { api } from './state.js';
import { publish } from './widget.js';

if (!api.loaded) {
  publish({});
  /** @type {any} */ (window).PulseWidget = api;
}
export const widget = api;
