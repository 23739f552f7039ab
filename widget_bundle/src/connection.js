/**
 * One customer's line to Pulse: a WebSocket with heartbeat and backoff, REST where no socket gets
 * through, and a token that is renewed before it ends. Full state comes at every connect, so a
 * lost message is only a delay. Every wait has an end. After `end()` nothing of it is heard again.
 */
import { guard } from './dom.js';
import { createOutbox } from './outbox.js';
import { isChosen, tag } from './i18n.js';
import { SIGNED_OUT, claims, owner, renewIn } from './token.js';

/** In ms: for a token and for an answer over REST. */
const LONG = 8e3;
/** For a first message, a confirmation, a pong. */
const PATIENCE = 5e3;
/** Without a first message for so long, REST is asked as well; later where sockets have worked. */
const SLOW = 3e3;
const BEAT = 25e3;
/** Between two tries while nothing gets through: from the first to the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8e3;
/** Between two tries of a socket, and two questions over REST, where only REST gets through. */
const SOCKET_PAUSE = 120e3;
const POLL = 10e3;
/** For a handshake, which waits for its turn after a restart. */
const TURN = POLL;
/** Fresh tokens refused by Pulse before the visitor is told. */
const REFUSALS = 2;
/** An endpoint that says that nobody is signed in: its status, as a number or in an error. */
const NOBODY = /^(undefined|null|.*\b40[13]\b.*)$/;

/**
 * @param {{apiUrl: string, token?: string, getToken?: any, view?: string}} options
 * @param {(type: string, payload?: any) => void} receive
 */
export const connect = (options, receive) => {
  /** With all that the widget shows; a page's own language counts before a stored one. */
  const asked = () => (options.view || '') + (isChosen ? '&chosen=1' : '');
  let token = '';
  let who = '';
  /** Tries in a row that brought nothing. */
  let attempts = 0;
  /** What has been heard or done so far: an answer over REST that it overtook is out of date. */
  let changes = 0;
  /** Why there is no token, where there is nobody to ask for one. */
  let missing = 'TOKEN_MISSING';
  /** Tokens in a row that Pulse refused. */
  let refusals = 0;
  /** Times in a row that only REST worked; one, before a socket has ever worked here. */
  let detours = 1;
  /** @type {boolean} */
  let ended;
  /** The socket has brought its first message. @type {boolean} */
  let live;
  /** @type {WebSocket | null} */
  let socket;
  /** @type {Promise<void> | null} */
  let renewing;
  /** @type {Promise<void> | null} */
  let asking;
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

  /** The pause before the next try: growing, and different for every widget. */
  const pause = () =>
    Math.min(FIRST_WAIT * 2 ** attempts++, LONGEST_WAIT) * (0.5 + Math.random() / 2);

  /** What was waited for in vain counts as a pause. @param {number} began */
  const pauseSince = (began) => Math.max(pause() + began - Date.now(), 0);

  const isLive = () => live && socket?.readyState == 1;

  const say = (/** @type {string} */ type, /** @type {any} */ payload) =>
    isLive() && socket?.send(JSON.stringify({ type, payload }));

  const dead = () => lost(0);

  /** Take a token into use and plan the next one. @param {any} fresh */
  const use = (fresh) => {
    if (ended) return;
    const text = fresh?.trim?.();
    const speaker = owner(text);
    if (!speaker) throw { error_code: 'TOKEN_MALFORMED' };
    if (!who) {
      who = speaker;
      tell('queued');
    }
    // The host has changed its customer without a word: nothing of the one may reach the other.
    if (who != speaker) return tell('another', text);
    token = text;
    later('renew', renewIn(token), renew);
    say('authenticate', { token });
  };

  /** Pulse has refused the token. A fresh one may be needed; more than that is told. */
  const refuse = () => {
    token = '';
    if (!options.getToken || refusals++ >= REFUSALS) tell('denied', ['token', 'TOKEN_REFUSED']);
    else if (refusals > 1) tell('offline');
  };

  /**
   * Have a token from the host. Its failures have codes of their own, are told, and it is asked again;
   * where nobody is signed in, there is nothing to ask for.
   */
  const renew = () =>
    (renewing ||= (async () => {
      const began = Date.now();
      /** @type {any} */
      let code = missing;
      try {
        if (!options.getToken) throw { error_code: code };
        const fresh = await Promise.race([
          options.getToken(),
          new Promise((_, fail) => setTimeout(fail, LONG, { error_code: 'TOKEN_TIMEOUT' })),
        ]);
        use(fresh ?? (await Promise.reject(fresh)));
        renewing = null;
      } catch (/** @type {any} */ error) {
        renewing = null;
        code =
          error?.error_code ||
          (NOBODY.test(error?.status || error?.message || error) ? SIGNED_OUT : 'TOKEN_FAILED');
        if (!who && code == SIGNED_OUT) return tell('signed_out');
        tell('no_token', code);
        if (!live) tell('denied', [options.getToken ? code : 'token', code]);
        if (options.getToken)
          later('renew', pauseSince(began), async () => {
            await renew();
            if (token) open();
          });
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
    // Of a customer who has gone, nothing is asked and nothing is said.
    if (ended) throw null;
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
      signal: AbortSignal.timeout(LONG),
    }).catch(() => {});
    // What is no answer of Pulse (a proxy's page) is no answer.
    const content = await answer?.json().catch(() => {});
    if (ended) throw null;
    if (answer?.status == 401) {
      refuse();
      if (!again) return request(method, path, body, true);
    }
    if (!answer?.ok || !content) throw content || {};
    if (method != 'GET') changes++;
    return content.data;
  };

  const welcome = (/** @type {any} */ state) => {
    attempts = refusals = 0;
    tell('state', state);
    // The score is painted first.
    later('flush', 99, outbox.flush);
  };

  /** What changed while the answer was on its way is newer than the answer. */
  const read = async () => {
    const before = changes;
    const state = await request('GET', '/widget?locale=' + tag + asked());
    if (before == changes) welcome(state);
    else if (!live) await read();
  };

  /** Ask over REST, where the socket brings nothing (yet). */
  const detour = () =>
    (asking ||= read()
      .then(
        () => {
          if (socket) return;
          later('poll', outbox.list()[0] ? SLOW : POLL * (1 + Math.random()), detour);
          later('retry', detours ? SOCKET_PAUSE * Math.min(detours, 9) : SLOW, open);
          detours++;
        },
        () => {
          if (token) tell('offline');
          if (!socket) later('retry', pause(), open);
        },
      )
      .finally(() => {
        asking = null;
      }));

  /** @param {import('./wire').Item} item */
  const deliver = async (item) => {
    const withdrawn = item.context_id;
    if (isLive())
      return new Promise((done, fail) => {
        pending = { item, done, fail };
        later('answer', PATIENCE, dead);
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

  const outbox = createOutbox(() => who, deliver, tell);

  const open = guard(async () => {
    if (!token && !ended) await renew();
    if (ended || socket || !token) return;
    try {
      const mine = (socket = new WebSocket(
        options.apiUrl.replace('http', 'ws') + '/ws?locale=' + tag + asked(),
        ['pulse.v1', 'pulse.token.' + token],
      ));
      later('greeting', TURN, dead);
      later('detour', detours ? SLOW : LONG, detour);
      mine.onopen = () => mine == socket && later('greeting', PATIENCE, dead);
      mine.onmessage = guard(({ data }) => mine == socket && take(JSON.parse(data)));
      mine.onclose = guard(({ code, reason }) => mine == socket && lost(code, reason));
    } catch {
      // There may be no WebSocket at all.
      dead();
    }
  });

  const take = (/** @type {any} */ { type, payload }) => {
    live = true;
    changes++;
    detours = 0;
    for (const name of ['greeting', 'detour', 'retry', 'poll', 'pong']) clearTimeout(timers[name]);
    later('beat', BEAT, beat);
    if (type == 'state') welcome(payload);
    else tell(type, payload);
    if (!pending) return;
    const { item, done, fail } = pending;
    if (type == 'error') fail(payload);
    else if (item.context_id ? type != 'contexts' : payload.client_key != item.client_key) return;
    done();
    clearTimeout(timers.answer);
    pending = null;
  };

  /** A dead line looks like a quiet one: ask, and hang up when nothing is heard. */
  const beat = () => {
    say('ping', {});
    later('pong', PATIENCE, dead);
  };

  const hangUp = () => {
    const old = socket;
    socket = null;
    live = false;
    for (const name in timers) if (name != 'renew') clearTimeout(timers[name]);
    pending?.fail();
    pending = null;
    old?.close();
  };

  /** @param {number} code @param {string} [reason] RETRY_IN_7: so many seconds, more or less */
  const lost = (code, reason) => {
    const worked = live;
    // @ts-ignore: without a hint it is NaN
    const hint = +reason?.slice(9);
    hangUp();
    if (code == 4403) return tell('denied', ['origin', 'ORIGIN_NOT_ALLOWED']);
    if (code == 4401) {
      refuse();
      if (options.getToken) later('retry', refusals > 1 ? pause() : 0, open);
    } else {
      later('retry', hint ? hint * (500 + Math.random() * 999) : worked ? pause() : SLOW, open);
      hint || worked || detour();
    }
  };

  if (options.token)
    try {
      use(options.token);
    } catch {
      // A fixed text that is no token: a fresh one is needed.
      missing = 'TOKEN_MALFORMED';
    }
  open();

  return {
    request,
    use,
    outbox: () => outbox,
    /** Have everything said again, in the visitor's language: in one line with what else is heard. */
    refresh: () => (live ? say('locale', { locale: tag }) : detour()),
    /**
     * Back online, in sight or told to try again: do not sit out the waiting time. Gently: where
     * sockets do not get through, ask over REST only.
     */
    wake: (/** @type {boolean} */ gently) => {
      attempts = 0;
      if (live) beat();
      else if (gently && detours) detour();
      else open();
    },
    sleep: hangUp,
    /** Whom the line is for. */
    owner: () => who,
    end: () => {
      ended = true;
      hangUp();
      clearTimeout(timers.renew);
    },
  };
};
