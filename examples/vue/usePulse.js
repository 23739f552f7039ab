/**
 * Pulse in Vue: call usePulse in the root's setup with a ref of the signed-in customer's id. The
 * snippet or a plain script tag of the page has put PulseWidget there.
 */
import { onScopeDispose, ref, watch } from 'vue';

const getToken = async () => {
  const answer = await fetch('/pulse-token', { cache: 'no-store' });
  if (!answer.ok) throw answer.status;
  return answer.text();
};

/** @param {import('vue').Ref<string | null>} customerId nobody: the widget is removed */
export function usePulse(customerId, options = {}) {
  const score = ref(null);
  const stop = () => window.PulseWidget?.destroy();
  watch(
    customerId,
    async (id) => {
      const pulse = window.PulseWidget;
      await stop();
      score.value = null;
      // Where a content blocker took the script away there is no widget, and the page goes on.
      if (!id || !pulse) return;
      pulse.on('score', (detail) => (score.value = detail.score));
      pulse.init({ getToken, ...options });
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return score;
}
