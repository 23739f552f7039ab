/** What a Svelte component does with the store: `$state = pulse(options)`. */
import { pulse } from '@pulse-identity/widget/svelte';

export const start = (place, options) => {
  const output = document.createElement('output');
  place.append(output);
  pulse({ ...options, customerId: 'maren' }).subscribe(({ status, score }) => {
    output.textContent = `${status} ${score ?? ''}`.trim();
  });
};
