/**
 * What the customer shared and the server has not yet confirmed: bounded, in order, each once.
 * Every item carries a client_key, so a repeat after a lost answer is recognised by the server.
 */
import { keep, recall } from './storage.js';

const LIMIT = 20;

/**
 * @typedef {object} Item
 * @property {string} [client_key] a share
 * @property {string} [context_type]
 * @property {string} [note]
 * @property {string} [context_id] a withdrawal
 */

const key = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

/**
 * @param {string} owner only items of the same customer are taken up again
 * @param {(item: Item) => Promise<any>} send rejects when the item is to be tried again later
 * @param {() => void} changed
 */
export const createOutbox = (owner, send, changed) => {
  const kept = recall();
  /** @type {Item[]} */
  let items = kept?.[0] == owner ? kept[1] : [];
  if (!items.length) keep(null);
  let busy = false;

  const put = (/** @type {Item[]} */ next) => {
    items = next;
    keep(items.length ? [owner, items] : null);
    changed();
  };

  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      while (items.length) {
        const item = items[0];
        await send(item);
        put(items.filter((other) => other != item));
      }
    } catch {
      // Not delivered: it stays first in line for the next connection.
    }
    busy = false;
  };

  return {
    flush,
    /** @returns {Item[]} */
    list: () => items,
    /** @param {Item} item @returns {boolean} false when the outbox is full */
    add: (item) => {
      if (items.length >= LIMIT) return false;
      put([...items, item.context_id ? item : { ...item, client_key: key() }]);
      flush();
      return true;
    },
    /** @param {Item} item */
    remove: (item) => put(items.filter((other) => other != item)),
  };
};
