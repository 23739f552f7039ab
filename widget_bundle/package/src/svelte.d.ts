import type { PulseSetup, PulseState } from './follow.js';

export type { PulseSetup, PulseState } from './follow.js';
export function pulse(options: PulseSetup): {
  subscribe(run: (state: PulseState) => void): () => void;
};
export function pulseInline(
  node: HTMLElement,
  options: PulseSetup,
): { update(options: PulseSetup): void; destroy(): void };
