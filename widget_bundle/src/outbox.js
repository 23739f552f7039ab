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
 * @param {() => string} owner whose it is, once that is known: kept for them, and sent, from then on
 * @param {(item: Item) => Promise<any>} send rejects without a code when the line broke
 * @param {(type: string, payload?: any) => void} tell
 * @returns {import('./wire').Outbox}
 */
export const createOutbox = (owner, send, tell) => {
  /** @type {Item[]} */
  let items = [];
  let busy = false;
  let isRead = false;

  /** Read late: a page's first look into its storage makes it wait. @returns {Item[]} */
  const list = () => {
    if (!isRead && owner()) {
      isRead = true;
      const kept = recall();
      if (kept?.[0] == owner()) items = [...kept[1], ...items];
      // What another customer left is not for this one.
      else if (kept) keep();
    }
    return items;
  };

  const put = (/** @type {Item[]} */ next) => {
    items = next;
    if (owner()) keep(next[0] && [owner(), next]);
    tell('queued');
  };
  const remove = (/** @type {Item} */ item) => put(list().filter((other) => other != item));

  const flush = async () => {
    if (busy || !owner()) return;
    busy = true;
    try {
      /** @type {any} */
      let item;
      while ((item = list()[0])) {
        await send(item).catch((error) => {
          const code = error?.error_code;
          if (!code || (PASSING.test(code) && setTimeout(flush, PAUSE))) throw error;
          tell('refused', [code, item]);
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
    list,
    add: (item) => {
      if (list().length >= LIMIT) return '';
      // It has to be new for this customer only, and insecure pages know no randomUUID.
      const client_key = `${Date.now()}-${Math.random()}`;
      put([...list(), item.context_id ? item : { client_key, ...item }]);
      flush();
      return client_key;
    },
  };
};
