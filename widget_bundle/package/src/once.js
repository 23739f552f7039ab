/** One attempt at a time, its success kept: what `load` of both forms shares. */
export const once = (attempt) => {
  let running;
  return async (options = {}) => {
    if (typeof window == 'undefined') return { ok: false, error: 'no_window' };
    if (window.PulseWidget?.loaded) return { ok: true, widget: window.PulseWidget };
    running ||= attempt(options).catch(() => ({ ok: false, error: 'load_failed' }));
    const answer = await running;
    if (!answer.ok) running = undefined;
    return answer;
  };
};
