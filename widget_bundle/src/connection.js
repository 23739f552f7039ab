/**
 * One customer's line to Pulse: a WebSocket with heartbeat and backoff, REST where no socket gets
 * through, and a token that is renewed before it ends. Full state comes at every connect, so a
 * lost message is only a delay. After `end()` nothing of it is heard again.
 */
import { guard } from './dom.js';
import { createOutbox } from './outbox.js';
import { tag } from './text.js';
import { claims, owner, renewIn } from './token.js';

const BEAT = 25e3;
const PATIENCE = 5e3;
const LONGEST_WAIT = 30e3;
const FIRST_WAIT = 500;
const REFUSALS = 2;

/**
 * @param {{apiUrl: string, token?: string, getToken?: any}} options
 * @param {(type: string, payload?: any) => void} receive
 */
export const connect = (options, receive) => {
  let token = '';
  let who = '';
  let attempts = 0;
  let refusals = 0;
  let heard = 0;
  /** @type {boolean} */
  let ended;
  /** @type {WebSocket | null} */
  let socket;
  /** @type {Promise<void> | null} */
  let renewing;
  /** @type {import('./wire').Outbox} */
  let outbox;
  /** The item on its way over the socket. @type {any} */
  let pending;
  /** @type {Record<string, any>} */
  const timers = {};

  const later = (/** @type {string} */ name, /** @type {number} */ wait, /** @type {() => any} */ run) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(guard(run), wait);
  };

  /** @type {(type: string, payload?: any) => any} */
  const tell = (type, payload) => ended || receive(type, payload);

  const isOpen = () => socket?.readyState == 1;

  const say = (/** @type {string} */ type, /** @type {any} */ payload) =>
    isOpen() && socket?.send(JSON.stringify({ type, payload }));

  /** Take a token into use and plan the next one. @param {string} fresh */
  const use = (fresh) => {
    if (ended) return;
    token = fresh.trim();
    who ||= owner(token);
    // The host has changed its customer without a word: nothing of the one may reach the other.
    if (who != owner(token)) return tell('another', token);
    outbox ||= createOutbox(who, deliver, tell);
    later('renew', renewIn(token), renew);
    say('authenticate', { token });
  };

  /** A host that cannot give a token now is told that one is needed; the line tries again. */
  const renew = () =>
    (renewing ||= (async () => {
      try {
        use(await options.getToken());
      } catch {
        tell('token-needed');
      }
      renewing = null;
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
    if (!token) throw {};
    const id = encodeURIComponent(claims(token).customer_id || '');
    const answer = await fetch(`${options.apiUrl}/api/customers/${id}${path}`, {
      method,
      headers: {
        Authorization: 'Bearer ' + token,
        'Accept-Language': tag,
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
      credentials: 'omit',
    });
    if (answer.status == 401) {
      token = '';
      if (again) throw {};
      return request(method, path, body, true);
    }
    const content = await answer.json();
    // Of a customer who has gone, nothing is said.
    if (ended) throw null;
    if (!answer.ok) throw content;
    return content.data;
  };

  const welcome = (/** @type {any} */ state) => {
    clearTimeout(timers.offline);
    attempts = refusals = 0;
    tell('state', state);
    // The score is painted first.
    later('flush', 99, outbox.flush);
  };

  const refreshState = async () => welcome(await request('GET', '/widget'));

  /** @param {import('./wire').Item} item */
  const deliver = async (item) => {
    const withdrawn = item.context_id;
    if (isOpen())
      return new Promise((done, fail) => {
        pending = { item, done, fail };
        later('answer', PATIENCE, () => pending?.item == item && lost(0));
        say(withdrawn ? 'context_withdraw' : 'context_share', item);
      });
    if (withdrawn) {
      await request('DELETE', '/contexts/' + withdrawn);
      tell('withdrawn', withdrawn);
    } else {
      const context = await request('POST', '/contexts', item);
      tell('context_accepted', { ...item, context });
    }
  };

  const open = guard(async () => {
    if (!token && !ended) await renew();
    if (ended || socket) return;
    // A subprotocol may hold these characters only; a token has no others.
    if (!/^[\w.-]+$/.test(token)) return lost(token || !options.getToken ? 4401 : 0);
    let greeted = false;
    const mine = (socket = new WebSocket(options.apiUrl.replace('http', 'ws') + '/ws?locale=' + tag, [
      'pulse.v1',
      'pulse.token.' + token,
    ]));
    mine.onmessage = guard(({ data }) => {
      if (mine != socket) return;
      greeted = true;
      heard = Date.now();
      const { type, payload } = JSON.parse(data);
      if (type == 'state') welcome(payload);
      else tell(type, payload);
      if (!pending) return;
      const { item, done, fail } = pending;
      if (type == 'error') fail(payload);
      if (item.context_id ? type == 'contexts' : payload.client_key == item.client_key) done();
    });
    mine.onclose = guard(({ code }) => mine == socket && lost(code, !greeted));
    later('beat', BEAT, beat);
  });

  /** A dead line looks like a quiet one: ask, and hang up when nothing is heard. */
  const beat = () => {
    const asked = Date.now();
    if (say('ping', {}) === false) return;
    later('pong', PATIENCE, () => isOpen() && heard < asked && lost(0));
    later('beat', BEAT, beat);
  };

  const hangUp = () => {
    const old = socket;
    socket = null;
    old?.close();
  };

  /** @param {number} code @param {boolean} [unheard] nothing ever came over this socket */
  const lost = (code, unheard) => {
    hangUp();
    pending?.fail();
    if (code == 4401) token = '';
    if (code == 4403 || (code == 4401 && (!options.getToken || refusals++ >= REFUSALS)))
      return tell('denied', code == 4403 ? 'origin' : 'token');
    const wait = Math.min(FIRST_WAIT * 2 ** attempts++, LONGEST_WAIT);
    later('offline', 1e3, () => tell('offline'));
    later('retry', refusals == 1 ? 0 : wait * (0.5 + Math.random()), open);
    if (unheard) refreshState().catch(() => {});
  };

  if (options.token) use(options.token);
  open();

  return {
    request,
    refreshState,
    use,
    outbox: () => outbox,
    /** The visitor's language has changed: have everything said again. */
    speak: () => say('locale', { locale: tag }),
    /** Woken, back online or told to try again: do not sit out the waiting time. */
    wake: () => {
      attempts = refusals = 0;
      if (socket) beat();
      else open();
    },
    /** Whom the line is for. */
    owner: () => who,
    end: () => {
      ended = true;
      Object.values(timers).map(clearTimeout);
      hangUp();
    },
  };
};
