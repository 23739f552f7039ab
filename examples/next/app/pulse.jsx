'use client';
import { useEffect, useState } from 'react';
import { usePulse } from '@pulse-identity/widget/react';

const getToken = async () => {
  const response = await fetch('/pulse-token');
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
};

/** Rendered on the server without a widget; in the browser it follows the address's `api`. */
export function Pulse() {
  const [apiUrl, setApi] = useState('https://HOST');
  useEffect(() => setApi(new URLSearchParams(location.search).get('api') ?? 'https://HOST'), []);
  const customerId = apiUrl === 'https://HOST' ? null : 'maren';
  const { status, score } = usePulse({ apiUrl, customerId, getToken });
  return <output>{`${status} ${score ?? ''}`.trim()}</output>;
}
