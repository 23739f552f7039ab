/**
 * What the wrappers share: the widget for one customer, from start to stop. `show` hears every
 * change of {status, score, band, change, error}.
 */
import { load as fromServer } from './index.js';

export const IDLE = { status: 'idle', score: null, band: null, change: 0, error: null, widget: null };

/** @returns {() => void} stops: the widget is taken away */
export const follow = ({ customerId, load = fromServer, getToken, token, ...options }, show) => {
  if (customerId === null) {
    show(IDLE);
    return () => {};
  }
  let stopped = false;
  let state = { ...IDLE, status: 'loading' };
  let widget = null;
  const update = (patch) => {
    if (!stopped) show((state = { ...state, ...patch }));
  };
  const onScore = ({ score, band, change }) => update({ score, band, change });
  update({});
  (async () => {
    const loaded = await load(options);
    if (stopped) return;
    if (!loaded.ok) return update({ status: 'failed', error: loaded.error });
    widget = loaded.widget;
    widget.on('score', onScore);
    // A function of this customer's own: the widget takes another one for another customer.
    const identity = getToken ? { getToken: () => getToken() } : { token };
    const answer = await widget.init({ ...options, ...identity });
    if (!answer.ok) return update({ status: 'failed', error: answer.error, widget });
    update({ status: 'ready', widget });
  })();
  return () => {
    stopped = true;
    widget?.off('score', onScore);
    widget?.destroy();
  };
};
