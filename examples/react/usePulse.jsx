/**
 * Pulse in React: call usePulse once, high in the tree, with the signed-in customer's id. The
 * snippet or a plain script tag of the page has put PulseWidget there.
 */
import { useEffect, useState } from 'react';

const getToken = async () => {
  const answer = await fetch('/pulse-token', { cache: 'no-store' });
  if (!answer.ok) throw answer.status;
  return answer.text();
};

/** @param {string | null} customerId nobody: the widget is removed */
export function usePulse(customerId, options = {}) {
  const [score, setScore] = useState(null);
  useEffect(() => {
    const pulse = window.PulseWidget;
    // Where a content blocker took the script away there is no widget, and the page goes on.
    if (!customerId || !pulse) return undefined;
    pulse.on('score', (detail) => setScore(detail.score));
    pulse.init({ getToken, ...options });
    return () => {
      pulse.destroy();
      setScore(null);
    };
  }, [customerId]);
  return score;
}
