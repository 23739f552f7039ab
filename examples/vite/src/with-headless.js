/** An interface of your own: no element, no style, no launcher of Pulse's. */
import { createPulse } from '@pulse-identity/widget/headless';

export const start = (place, options) => {
  const output = document.createElement('output');
  const stuck = document.createElement('button');
  stuck.textContent = 'I need help';
  place.append(output, stuck);
  const pulse = createPulse(options);
  stuck.onclick = () => pulse.shareContext('stuck', 'Where is my order?');
  pulse.subscribe(({ status, identity, contexts }) => {
    const score = identity?.identity_strength;
    output.textContent = `${status} ${score == null ? '' : Math.round(score)} ${contexts.length}`;
  });
};
