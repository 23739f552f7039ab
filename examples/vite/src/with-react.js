import { createElement as h, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { usePulse } from '@pulse-identity/widget/react';

const App = (options) => {
  const [customerId, setCustomer] = useState('maren');
  const { status, score, error } = usePulse({ ...options, customerId });
  return h(
    'div',
    null,
    h('output', null, `${status} ${score ?? ''} ${error ?? ''}`.trim()),
    h('button', { onClick: () => setCustomer(null) }, 'Sign out'),
    h('button', { onClick: () => setCustomer('maren') }, 'Sign in'),
  );
};

export const start = (place, options) =>
  createRoot(place).render(h(StrictMode, null, h(App, options)));
