/**
 * One customer's line to Pulse: a WebSocket with heartbeat and backoff, REST where no socket gets
 * through, and a token that is renewed before it ends. Full state comes at every connect, so a
 * lost message is only a delay. After `end()` nothing of it is heard again.
 */
import { guard } from './dom.js';
import { createOutbox } from './outbox.js';
import { claims, owner, renewIn } from './token.js';

const BEAT = 25e3;
const PATIENCE = 5e3;
const LONGEST_WAIT = 30e3;
const FIRST_WAIT = 500;
/** Answers after which an item is tried again instead of being given up. */
const PASSING = /RATE_LIMITED|UNAVAILABLE/;

/**
 * @param {{apiUrl: string, token?: string, getToken?: () => any}} options
 * @param {(type: string, payload: any) => void} receive
 */
export const connect = (options, receive) => {
  let token = options.token || '';
  let ended = false;
  let attempts = 0;
  let refusals = 0;
  let heard = 0;
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {any} */
  let retryTimer, beatTimer, renewTimer, offlineTimer;
  /** @type {Promise<void> | null} */
  let renewing = null;
  /** The item on its way over the socket. @type {any} */
  let pending = null;
  /** @type {ReturnType<typeof createOutbox>} */
  let outbox;

  const tell = (/** @type {string} */ type, /** @type {any} */ payload) => {
    if (!ended) receive(type, payload);
  };

  const say = (/** @type {string} */ type, /** @type {any} */ payload) =>
    socket?.send(JSON.stringify({ type, payload }));

  /** Take a token into use and plan the next one. @param {string} fresh */
  const use = (fresh) => {
    token = fresh;
    outbox ||= createOutbox(owner(token), deliver, () => tell('outbox'));
    clearTimeout(renewTimer);
    const wait = renewIn(token);
    if (wait) renewTimer = setTimeout(guard(renew), wait);
    if (socket?.readyState == 1) say('authenticate', { token });
  };

  const renew = () =>
    (renewing ||= (async () => {
      try {
        if (!options.getToken) return tell('token-needed');
        const fresh = await options.getToken();
        if (!ended && fresh) use(`${fresh}`.trim());
      } catch {
        // The host's own call failed: whoever needs the token meets its absence and tries again.
      } finally {
        renewing = null;
      }
    })());

  /**
   * @param {string} method
   * @param {string} path below the customer's own address
   * @param {any} [body]
   * @param {boolean} [again]
   * @returns {Promise<any>} the answer's data; rejects with the answer's error
   */
  const request = async (method, path, body, again) => {
    if (!token) await renew();
    const id = encodeURIComponent(claims(token).customer_id || '');
    const answer = await fetch(`${options.apiUrl}/api/customers/${id}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    });
    if (ended) throw {};
    if (answer.status == 401 && !again && options.getToken) {
      token = '';
      return request(method, path, body, true);
    }
    const content = JSON.parse((await answer.text()) || '{}');
    if (!answer.ok) throw content;
    return content.data;
  };

  const welcome = (/** @type {any} */ state) => {
    clearTimeout(offlineTimer);
    attempts = refusals = 0;
    tell('state', state);
    outbox.flush();
  };

  const refreshState = async () => welcome(await request('GET', '/widget'));

  /** @param {import('./outbox.js').Item} item */
  const deliver = async (item) => {
    try {
      if (socket?.readyState == 1) {
        await new Promise((done, fail) => {
          pending = { item, done, fail };
          setTimeout(() => pending?.item == item && lost(0), PATIENCE);
          if (item.context_id) say('context_withdraw', item);
          else say('context_share', item);
        });
      } else if (item.context_id) {
        await request('DELETE', `/contexts/${item.context_id}`);
        await refreshState();
      } else tell('context_accepted', { context: await request('POST', '/contexts', item) });
    } catch (/** @type {any} */ error) {
      const code = error?.error_code;
      if (!code || PASSING.test(code)) {
        if (code) setTimeout(() => ended || outbox.flush(), PATIENCE);
        throw error;
      }
      tell('refused', code);
    } finally {
      pending = null;
    }
  };

  const hear = (/** @type {string} */ type, /** @type {any} */ payload) => {
    const { item, done, fail } = pending || {};
    if (type == 'state') return welcome(payload);
    tell(type, payload);
    if (type == 'context_accepted' && payload.client_key == item?.client_key) done?.();
    if (type == 'contexts' && item?.context_id) done();
    if (type == 'error') fail?.(payload);
  };

  const open = async () => {
    clearTimeout(retryTimer);
    if (ended || socket) return;
    if (!token) await renew();
    if (ended || socket) return;
    // A subprotocol may hold these characters only; a token has no others.
    if (!/^[\w.-]+$/.test(token)) return lost(token || !options.getToken ? 4401 : 0);
    let greeted = false;
    const mine = (socket = new WebSocket(`${options.apiUrl.replace(/^http/, 'ws')}/ws`, [
      'pulse.v1',
      `pulse.token.${token}`,
    ]));
    mine.onopen = () => {
      greeted = true;
    };
    mine.onmessage = guard((event) => {
      heard = Date.now();
      if (mine != socket) return;
      const { type, payload } = JSON.parse(event.data);
      hear(type, payload);
    });
    mine.onclose = guard((event) => {
      if (mine == socket) lost(event.code, !greeted);
    });
    heard = Date.now();
    clearInterval(beatTimer);
    beatTimer = setInterval(guard(beat), BEAT);
  };

  /** A dead line looks like a quiet one: ask, and hang up when nothing is heard. */
  const beat = () => {
    const asked = Date.now();
    if (socket?.readyState != 1) return;
    say('ping', {});
    setTimeout(
      guard(() => {
        if (!ended && socket && heard < asked) lost(0);
      }),
      PATIENCE,
    );
  };

  /** @param {number} code @param {boolean} [unheard] the socket never opened */
  const lost = (code, unheard) => {
    if (ended) return;
    const old = socket;
    socket = null;
    old?.close();
    pending?.fail();
    clearInterval(beatTimer);
    if (code == 4403) return tell('denied', 'origin');
    if (code == 4401) {
      token = '';
      if (!options.getToken || refusals++ > 2) return tell('denied', 'token');
    }
    clearTimeout(offlineTimer);
    offlineTimer = setTimeout(() => tell('offline'), 1e3);
    const wait = Math.min(FIRST_WAIT * 2 ** attempts++, LONGEST_WAIT) * (0.5 + Math.random());
    retryTimer = setTimeout(guard(open), code == 4401 && refusals == 1 ? 0 : wait);
    if (unheard) refreshState().catch(() => {});
  };

  if (token) use(token);
  guard(open)();

  return {
    request,
    refreshState,
    /** A fresh token of the same customer. */
    use,
    /** @returns {ReturnType<typeof createOutbox> | undefined} */
    outbox: () => outbox,
    /** Woken, back online or told to try again: do not sit out the waiting time. */
    wake: () => {
      if (socket) return beat();
      attempts = refusals = 0;
      guard(open)();
    },
    /** Whom the line is for. */
    owner: () => owner(token),
    end: () => {
      ended = true;
      for (const timer of [retryTimer, beatTimer, renewTimer, offlineTimer]) clearTimeout(timer);
      socket?.close(1000);
      socket = null;
    },
  };
};
