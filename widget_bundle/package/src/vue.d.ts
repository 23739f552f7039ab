import type { DefineComponent, MaybeRefOrGetter, ShallowRef } from 'vue';
import type { PulseSetup, PulseState } from './follow.js';

export type { PulseSetup, PulseState } from './follow.js';
export function usePulse(options: MaybeRefOrGetter<PulseSetup>): ShallowRef<PulseState>;
export const PulseWidget: DefineComponent<{
  customerId?: string;
  apiUrl?: string;
  token?: string;
  getToken?: () => string | Promise<string>;
  inline?: boolean;
  options?: Partial<PulseSetup>;
}>;
