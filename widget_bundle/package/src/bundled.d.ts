import type { LoadOptions, Loaded } from './index.js';
import type { PulseAnswer, PulseOptions } from './pulse-widget.js';

export type { LoadOptions, Loaded, Pulse, PulseAnswer, PulseContext, PulseEvents, PulseOptions } from './index.js';
/** Brings the widget from your own bundle; resolves with `ok: false` on a server. */
export function load(options?: Partial<LoadOptions>): Promise<Loaded>;
export function init(options: PulseOptions & { apiUrl: string }): Promise<PulseAnswer>;
