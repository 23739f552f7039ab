/**
 * Pulse in React: call usePulse once, high in the tree, with the signed-in customer's id. The
 * snippet or a plain script tag of the page has put PulseWidget there.
 */
import { useEffect, useState } from 'react';

const getToken = () => fetch('/pulse-token').then((answer) => answer.text());

/** @param {string | null} customerId nobody: the widget is removed */
export function usePulse(customerId, options = {}) {
  const [score, setScore] = useState(null);
  useEffect(() => {
    if (!customerId) return undefined;
    const pulse = window.PulseWidget;
    pulse.on('score', (detail) => setScore(detail.score));
    pulse.init({ getToken, ...options });
    return () => {
      pulse.destroy();
      setScore(null);
    };
  }, [customerId]);
  return score;
}
