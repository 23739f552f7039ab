/** The public face of the Pulse widget: `window.PulseWidget`. */

export interface PulseOptions {
  /** A signed customer token. Give `getToken` instead where the visit may outlast it. */
  token?: string;
  /** Asked for a fresh token at the start, before one ends, and when one is refused. */
  getToken?: () => string | Promise<string>;
  /** Where Pulse is; by default where the script came from. */
  apiUrl?: string;
  position?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left';
  /** Distance from the corner, in px. */
  offset?: { x: number; y: number };
  /** Selector or element to stand in, without a launcher. */
  mount?: string | Element;
  zIndex?: number;
  theme?: 'auto' | 'light' | 'dark';
  /** Any CSS colour; words on it stay readable. */
  accent?: string;
  /** By default the page's own. */
  fontFamily?: string;
  /** BCP 47 tag, or 'auto' for the browser's. */
  locale?: string;
  /** Own words by key; the keys are those of locales/en.json. */
  strings?: Record<string, string>;
  launcher?: { hidden?: boolean; label?: string };
  /** Only for browsers without constructed style sheets. */
  nonce?: string;
  /** false: nothing is shown, stored or asked until init is called again. */
  consent?: boolean;
  /** The quieter of this and the customer's own choice holds; 'off' switches them off. */
  celebrations?: 'on' | 'quiet' | 'off';
  debug?: boolean;
  /** For the site's error tracker: called with every `error` event. */
  onError?: (error: { code: string }) => void;
}

export interface PulseAnswer {
  ok: boolean;
  /**
   * signed_out, token, origin, offline, ended, inline, locale, queued, queue_full, not_started, no_consent,
   * load_failed, or a server's code.
   */
  error?: string;
}

/** Why the widget shows what it shows; the words are listed in the documentation. */
export interface PulseReport extends PulseAnswer {
  version: string;
  why: string;
  lastError?: string;
}

export interface PulseEvents {
  ready: {};
  opened: {};
  closed: {};
  score: { score: number | null; change: number; band: 'fragile' | 'steady' | 'strong' | null };
  milestone: { key: string };
  celebration: { key: string };
  'context-shared': { kind: string; expires_at: string };
  'token-needed': {};
  'auth-error': { reason: 'token' | 'origin' };
  offline: {};
  online: {};
  error: { code: string };
  destroyed: {};
}

export type PulseContext = 'busy' | 'stuck' | 'exploring' | 'frustrated' | 'own_words';

export interface Pulse {
  readonly version: string;
  readonly loaded: boolean;
  readonly isOpen: boolean;
  init(options?: PulseOptions): Promise<PulseAnswer>;
  /** Another customer; or, for the same one, a fresh token. */
  identify(token: string): Promise<PulseAnswer>;
  logout(): Promise<PulseAnswer>;
  destroy(): Promise<PulseAnswer>;
  open(): Promise<PulseAnswer>;
  close(): Promise<PulseAnswer>;
  toggle(): Promise<PulseAnswer>;
  /** The launcher only. */
  show(): Promise<PulseAnswer>;
  hide(): Promise<PulseAnswer>;
  setLocale(locale: string): Promise<PulseAnswer>;
  setTheme(theme: 'auto' | 'light' | 'dark'): Promise<PulseAnswer>;
  setNonce(nonce: string): Promise<PulseAnswer>;
  routeChange(): Promise<PulseAnswer>;
  shareContext(kind: PulseContext, text?: string): Promise<PulseAnswer>;
  /** Also written to the console. */
  debug(): Promise<PulseReport>;
  on<K extends keyof PulseEvents>(name: K, run: (detail: PulseEvents[K]) => void): Promise<PulseAnswer>;
  once<K extends keyof PulseEvents>(name: K, run: (detail: PulseEvents[K]) => void): Promise<PulseAnswer>;
  off<K extends keyof PulseEvents>(name: K, run: (detail: PulseEvents[K]) => void): Promise<PulseAnswer>;
}

type WindowEvents = { [K in keyof PulseEvents as `pulse:${K}`]: CustomEvent<PulseEvents[K]> };

declare global {
  /** `PulseWidget.init(…)` as documented, and `window.PulseWidget`. */
  var PulseWidget: Pulse;
  interface WindowEventMap extends WindowEvents {}
  interface HTMLElementTagNameMap {
    'pulse-widget': HTMLElement;
  }
}
