/** The package's main entry: load and start, and say so where the script is blocked. */
import { init } from '@pulse-identity/widget';

export const start = async (place, options) => {
  const answer = await init(options);
  place.textContent = answer.ok ? 'ready' : `no widget: ${answer.error}`;
};
