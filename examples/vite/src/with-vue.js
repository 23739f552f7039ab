import { createApp, h } from 'vue';
import { usePulse } from '@pulse-identity/widget/vue';

export const start = (place, options) =>
  createApp({
    setup() {
      const state = usePulse({ ...options, customerId: 'maren' });
      return () => h('output', `${state.value.status} ${state.value.score ?? ''}`.trim());
    },
  }).mount(place);
