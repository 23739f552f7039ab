/**
 * What the customer shared and the server has not yet confirmed: bounded, in order, each once.
 * Every share carries a client_key, so a repeat after a lost answer is recognised by the server.
 */
import { keep, recall } from './storage.js';

/** @typedef {import('./wire').Item} Item */

const LIMIT = 20;
const PAUSE = 5e3;
/** Answers after which an item is tried again instead of being given up. */
const PASSING = /^(RATE_LIMITED|UNAVAILABLE)$/;

/**
 * @param {string} owner only items of the same customer are taken up again
 * @param {(item: Item) => Promise<any>} send rejects without a code when the line broke
 * @param {(type: string, payload?: any) => void} tell
 * @returns {import('./wire').Outbox}
 */
export const createOutbox = (owner, send, tell) => {
  const kept = recall();
  /** @type {Item[]} */
  let items = kept?.[0] == owner ? kept[1] : [];
  let busy = false;

  const put = (/** @type {Item[]} */ next) => {
    items = next;
    keep(items[0] && [owner, items]);
    tell('queued');
  };
  const remove = (/** @type {Item} */ item) => put(items.filter((other) => other != item));

  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      while (items[0]) {
        const item = items[0];
        await send(item).catch((error) => {
          const code = error?.error_code;
          if (!code || (PASSING.test(code) && setTimeout(flush, PAUSE))) throw error;
          tell('refused', code);
        });
        remove(item);
      }
    } catch {
      // Not delivered: it stays first in line for the next connection.
    }
    busy = false;
  };

  return {
    flush,
    remove,
    list: () => items,
    add: (item) => {
      if (items.length >= LIMIT) return false;
      const key = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
      put([...items, item.context_id ? item : { ...item, client_key: key() }]);
      flush();
      return true;
    },
  };
};
