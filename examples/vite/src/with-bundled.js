/** The widget's code from this app's own bundle: nothing is loaded from Pulse but data. */
import { init } from '@pulse-identity/widget/bundled';

export const start = async (place, options) => {
  const answer = await init(options);
  place.textContent = answer.ok ? 'ready' : `no widget: ${answer.error}`;
};
