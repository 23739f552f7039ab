import type { LoadOptions, Loaded, Pulse, PulseOptions } from './index.js';

export interface PulseSetup extends PulseOptions, LoadOptions {
  apiUrl: string;
  /** Who is signed in; null takes the widget away. It is never sent: the token says who it is. */
  customerId: string | null;
  /** `load` of `@pulse-identity/widget/bundled`, to use the code of your own bundle. */
  load?: (options: LoadOptions) => Promise<Loaded>;
}

export interface PulseState {
  status: 'idle' | 'loading' | 'ready' | 'failed';
  score: number | null;
  band: 'fragile' | 'steady' | 'strong' | null;
  change: number;
  /** Why it failed: no_window, load_failed, timeout, or an error of `init`. */
  error: string | null;
  widget: Pulse | null;
}
