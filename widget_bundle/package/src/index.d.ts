import type { Pulse, PulseAnswer, PulseOptions } from './pulse-widget.js';

export type { Pulse, PulseAnswer, PulseContext, PulseEvents, PulseOptions } from './pulse-widget.js';

export interface LoadOptions {
  /** Where Pulse is, e.g. `https://pulse.example` or `https://shop.example/pulse`. */
  apiUrl: string;
  /** A pinned version, e.g. `1.4.0`; by default the server's current one. */
  version?: string;
  /** The hash of that version, as the Install page shows it. */
  integrity?: string;
  nonce?: string;
  /** How long to wait for the script, in ms (15,000). */
  timeout?: number;
}

export type Loaded =
  | { ok: true; widget: Pulse }
  | { ok: false; error: 'no_window' | 'load_failed' | 'timeout' };

/** Brings the widget; resolves with `ok: false` on a server and where the script is blocked. */
export function load(options: LoadOptions): Promise<Loaded>;
/** `load`, then `PulseWidget.init` with the same options. */
export function init(options: LoadOptions & PulseOptions): Promise<PulseAnswer>;
