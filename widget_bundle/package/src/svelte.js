/** Pulse in Svelte 4 or newer: a store and an action. Neither needs Svelte's own code. */
import { IDLE, follow } from './follow.js';

/** A readable store of {status, score, band, change, error}: the widget lives while it is subscribed. */
export const pulse = (options) => {
  const listeners = new Set();
  let state = IDLE;
  let stop;
  return {
    subscribe: (run) => {
      listeners.add(run);
      run(state);
      if (listeners.size == 1 && typeof window != 'undefined')
        stop = follow(options, (next) => {
          state = next;
          for (const one of listeners) one(next);
        });
      return () => {
        listeners.delete(run);
        if (!listeners.size) stop?.();
      };
    },
  };
};

/** `<div use:pulseInline={{ apiUrl, customerId, getToken }}>`: the panel stands in this element. */
export const pulseInline = (mount, options) => {
  let stop = follow({ ...options, mount }, () => {});
  return {
    update: (next) => {
      stop();
      stop = follow({ ...next, mount }, () => {});
    },
    destroy: () => stop(),
  };
};
