import type { ReactElement } from 'react';
import type { PulseSetup, PulseState } from './follow.js';

export type { PulseSetup, PulseState } from './follow.js';
export function usePulse(options: PulseSetup): PulseState;
export function PulseWidget(
  props: PulseSetup & { inline?: boolean; className?: string },
): ReactElement | null;
