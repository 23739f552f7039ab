/**
 * Pulse in Vue: call usePulse in the root's setup with a ref of the signed-in customer's id. The
 * snippet or a plain script tag of the page has put PulseWidget there.
 */
import { onScopeDispose, ref, watch } from 'vue';

const getToken = () => fetch('/pulse-token').then((answer) => answer.text());

/** @param {import('vue').Ref<string | null>} customerId nobody: the widget is removed */
export function usePulse(customerId, options = {}) {
  const score = ref(null);
  const stop = () => window.PulseWidget.destroy();
  watch(
    customerId,
    async (id) => {
      await stop();
      score.value = null;
      if (!id) return;
      window.PulseWidget.on('score', (detail) => (score.value = detail.score));
      window.PulseWidget.init({ getToken, ...options });
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return score;
}
